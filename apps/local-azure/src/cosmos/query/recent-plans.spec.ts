import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sqlite } from '../../storage/sqlite.js';
import { Catalog } from '../catalog.js';
import { readContainerDefinition } from '../container-definition.js';
import type { ContainerStore } from '../container-store.js';
import type { Scope } from '../scope.js';
import { parseQuery } from './parser.js';
import { planOf } from './recent-plans.js';

const FEW = "SELECT * FROM c WHERE c.kind = 'a' ORDER BY c.n";
const PARTITION: Scope = { breadth: 'partition', isWhole: false, conditions: ['pk = ?'], params: ['["a"]'] };

describe('the plan of a query that is asked again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plans-'));
  const db = new Sqlite(join(folder, 'a.db'));
  const paths = ['/kind/?', '/n/?'].map((path) => ({ path }));
  const definition = readContainerDefinition({
    id: 'orders',
    partitionKey: { paths: ['/tenant'], kind: 'Hash', version: 2 },
    indexingPolicy: { includedPaths: paths, excludedPaths: [{ path: '/*' }] },
  });
  let container: ContainerStore;
  const ask = (text: string, given: Record<string, string | number> = {}, scope = PARTITION) => {
    const parameters = new Map(Object.entries(given));
    return planOf({ container, query: parseQuery(text), parameters, scope, clock: () => 0 });
  };

  beforeAll(() => {
    const catalog = new Catalog(db);
    catalog.createDatabase('d', 1);
    container = catalog.createContainer('d', definition, { ranges: 1 }, 1);
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('is the one made before', () => {
    expect(ask(FEW)).toBe(ask(FEW, {}, { ...PARTITION, conditions: ['pk = ?'], params: ['["a"]'] }));
  });

  it.each<[string, Record<string, string | number>, Partial<Scope>]>([
    ['another partition', {}, { params: ['["b"]'] }],
    ['another part of it', {}, { conditions: ['pk = ?', 'epk >= ?'], params: ['["a"]', '05'] }],
    ['another breadth', {}, { breadth: 'prefix' }],
    ['more parameters', { '@more': 1 }, {}],
  ])('is another one for %s', (_, given, scope) => {
    expect(ask(FEW)).not.toBe(ask(FEW, given, { ...PARTITION, ...scope }));
  });

  it('is another one for another condition of the same part', () => {
    const scope = (condition: string): Scope => ({ ...PARTITION, conditions: [condition] });
    expect(ask(FEW, {}, scope('pk = ?')).conditions).not.toEqual(ask(FEW, {}, scope('pk >= ?')).conditions);
  });

  it('has the parameters of the time', () => {
    const kinds = ['a', 'b'].map((kind) => ask('SELECT * FROM c WHERE c.kind = @kind', { '@kind': kind }).params[1]);
    expect(kinds).toEqual(['4a', '4b']);
    const named = 'SELECT * FROM c WHERE c.kind = @one ORDER BY c.n';
    expect(ask(named, { '@one': 'x' }).params).toEqual(['["a"]', '4x']);
    expect(() => ask(named, { '@other': 'x' })).toThrow('@one');
  });

  it('is made again where it has something to evaluate, or texts too long to remember', () => {
    const judged = "SELECT * FROM c WHERE c.kind = 'a' AND c.m < GetCurrentTimestampStatic()";
    expect(ask(judged)).not.toBe(ask(judged));
    const long = { '@kind': 'x'.repeat(1_000) };
    const kind = 'SELECT * FROM c WHERE c.kind = @kind ORDER BY c.n';
    expect(ask(kind, long)).not.toBe(ask(kind, long));
  });

  it('is made again when its index was undone', () => {
    const fresh = 'SELECT * FROM c WHERE c.n = 1 ORDER BY c.kind';
    db.exec('BEGIN');
    const { index } = ask(fresh);
    db.exec('ROLLBACK');
    container.columns.forgetIndexes();
    const stored = db.prepare("SELECT 1 AS found FROM sqlite_master WHERE type = 'index' AND name = ?");
    expect(stored.get(index!)).toBeUndefined();
    expect(ask(fresh).index).toBe(index);
    expect(stored.get(index!)).toEqual({ found: 1 });
  });

  it('is made again when the definition has changed', () => {
    const before = ask(FEW);
    container.redefine({ ...definition }, 2);
    expect(ask(FEW)).not.toBe(before);
  });
});
