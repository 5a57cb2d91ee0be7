import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../storage/sqlite.js';
import { Catalog } from './catalog.js';
import { readContainerDefinition } from './container-definition.js';
import type { ContainerStore } from './container-store.js';
import { planQuery } from './query/planner.js';
import { parseQuery } from './query/parser.js';
import type { Scope } from './scope.js';

describe('the indexes of a container', () => {
  const folder = mkdtempSync(join(tmpdir(), 'indexes-'));
  const db = new Sqlite(join(folder, 'a.db'));
  const definition = readContainerDefinition({
    id: 'orders',
    partitionKey: { paths: ['/tenant'], kind: 'Hash', version: 2 },
    indexingPolicy: { includedPaths: [{ path: '/kind/?' }, { path: '/n/?' }], excludedPaths: [{ path: '/*' }] },
  });
  let container: ContainerStore;
  let other: ContainerStore;
  const partition: Scope = { breadth: 'partition', isWhole: false, conditions: ['pk = ?'], params: ['["a"]'] };
  const steps = (query: string, scope = partition, of = container): string => {
    const plan = planQuery({ container: of, query: parseQuery(query), parameters: new Map(), scope, clock: () => 0 });
    const order = plan.order.map(({ column, descending }) => column + (descending ? ' DESC' : '')).join(', ');
    const table = `${of.table}${plan.index === undefined ? '' : ` INDEXED BY ${plan.index}`}`;
    const sql = `EXPLAIN QUERY PLAN SELECT body FROM ${table} WHERE ${plan.conditions.join(' AND ')} ORDER BY ${order}`;
    const rows = db.prepare<{ detail: string }>(sql).all(...plan.params);
    return rows.map(({ detail }) => detail).join('; ');
  };

  beforeAll(() => {
    const catalog = new Catalog(db);
    catalog.createDatabase('d', 1);
    container = catalog.createContainer('d', definition, { ranges: 1 }, 1);
    other = catalog.createContainer('d', { ...definition, id: 'other' }, { ranges: 1 }, 1);
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('are made when a query first wants them', () => {
    const named = (part: string): string[] => {
      const sql = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE ? ORDER BY name";
      return db
        .prepare<{ name: string }>(sql)
        .all(`d_1_${part}`)
        .map(({ name }) => name);
    };
    expect(named('%')).toEqual(['d_1_exp', 'd_1_id', 'd_1_lsn']);
    steps('SELECT * FROM c ORDER BY c.n');
    expect(named('%x1%')).toHaveLength(1);
    steps('SELECT * FROM c ORDER BY c.n DESC');
    expect(named('%x1%')).toHaveLength(1);
  });

  it('give the partitions whose keys begin alike one after the other', () => {
    const conditions = ['pk >= ?', 'pk < ?'];
    const prefix: Scope = { breadth: 'prefix', isWhole: false, conditions, params: ['["a",', '["b",'] };
    expect(steps('SELECT * FROM c', prefix, other)).toMatch(/^SEARCH .* USING INDEX \w+_pk \(pk>\? AND pk<\?\)$/);
  });

  it.each([
    'SELECT * FROM c',
    "SELECT * FROM c WHERE c.kind = 'a'",
    "SELECT * FROM c WHERE c.kind = 'a' ORDER BY c.n DESC",
    "SELECT * FROM c WHERE c.kind = 'a' AND c.n > 5 ORDER BY c.n",
    "SELECT * FROM c WHERE c.kind = 'a' AND c.n = 5",
    'SELECT * FROM c ORDER BY c.n DESC',
  ])('give the rows of %s without a sort', (query) => {
    expect(steps(query)).toMatch(/^SEARCH .* USING INDEX \w+ \(pk=\?/);
    expect(steps(query)).not.toContain('TEMP B-TREE');
  });

  it('serve the age of items, which no write pays for before', () => {
    expect(steps('SELECT * FROM c WHERE c._ts > 5')).toMatch(/USING INDEX \w+_pk(?:_ts)? \(pk=\?/);
    expect(steps('SELECT * FROM c ORDER BY c._ts')).toMatch(/USING INDEX \w+_pk_ts \(pk=\?\)$/);
  });

  it('are known again after a restart', () => {
    steps('SELECT * FROM c ORDER BY c.n');
    container = new Catalog(db).container('d', 'orders');
    expect(() => steps('SELECT * FROM c ORDER BY c.n')).not.toThrow();
  });
});
