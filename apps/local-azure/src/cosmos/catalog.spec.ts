import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit } from '../storage/group-commit.js';
import { RedoTransactions } from '../storage/redo-transactions.js';
import { Sqlite } from '../storage/sqlite.js';
import { Catalog } from './catalog.js';
import { readContainerDefinition } from './container-definition.js';
import { carryOut, draftOf, Items } from './items.js';

const NOW = 1_700_000_000;
/** Longer than any test: nothing is committed to the file only because time passes. */
const NEVER_MS = 3_600_000;

describe('the catalog, when a change is undone or meets another', () => {
  let folder: string;
  let db: Sqlite;
  let catalog: Catalog;
  let commits: GroupCommit;
  let transactions: RedoTransactions;
  const definition = (id: string, rest: object = {}) =>
    readContainerDefinition({ id, partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 }, ...rest });
  const ids = () => catalog.listContainers('d').map((container) => container.definition.id);
  /** Does the change in one transaction with work that finds the disk full, which undoes all of it. */
  const undone = async (change: () => void): Promise<void> => {
    db.holdSize(true);
    const fill = () => db.prepare('INSERT INTO filler VALUES (?)').run('x'.repeat(1_000_000));
    const outcomes = await Promise.allSettled([commits.submit(change), commits.submit(fill)]);
    db.holdSize(false);
    const full = { status: 'rejected', reason: { code: 'SQLITE_FULL' } };
    expect(outcomes).toMatchObject([full, full]);
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'catalog-'));
    db = new Sqlite(join(folder, 'a.db'), { onDisk: 'with flush' });
    transactions = new RedoTransactions(db, join(folder, 'a.db-redo'), NEVER_MS);
    // Its pages go to the free list, so that small changes find room while the file does not grow.
    db.exec('CREATE TABLE filler (a TEXT); CREATE TABLE room (a TEXT)');
    db.prepare('INSERT INTO room VALUES (?)').run('x'.repeat(500_000));
    db.exec('DROP TABLE room');
    catalog = new Catalog(db);
    commits = new GroupCommit(db, catalog, transactions);
    await commits.submit(() => {
      catalog.createDatabase('d', NOW);
      catalog.createContainer('d', definition('kept'), { ranges: 1 }, NOW);
    });
  });
  afterEach(() => {
    transactions.close();
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('lacks what would have been created', async () => {
    await undone(() => {
      catalog.createDatabase('e', NOW);
      catalog.createContainer('d', definition('late'), { ranges: 1 }, NOW);
    });
    expect([catalog.listDatabases().map(({ id }) => id), ids()]).toEqual([['d'], ['kept']]);
  });

  it('has what would have been deleted', async () => {
    await undone(() => catalog.deleteDatabase('d'));
    expect(ids()).toEqual(['kept']);
    expect(catalog.container('d', 'kept').isDropped).toBe(false);
  });

  it('has containers as they were, with the columns and ranges that they have on disk', async () => {
    const container = catalog.container('d', 'kept');
    const changed = definition('kept', {
      defaultTtl: 5,
      indexingPolicy: { includedPaths: [{ path: '/n/?' }], excludedPaths: [{ path: '/*' }] },
    });
    await undone(() => {
      catalog.replaceContainer('d', 'kept', changed, NOW);
      catalog.split(container);
    });
    expect(catalog.container('d', 'kept')).toBe(container);
    expect(container).toMatchObject({ version: 0, definition: { defaultTtl: undefined } });
    expect([container.columns.names, container.ranges.map(({ id }) => id)]).toEqual([[], ['0']]);
    await commits.submit(() => catalog.replaceContainer('d', 'kept', changed, NOW));
    expect(container.columns.names).toEqual(['x0']);
  });

  it('makes an index again that a query had made in the transaction that was undone, and has what was answered', async () => {
    const container = catalog.container('d', 'kept');
    const draft = draftOf(container, { id: 'a', pk: 'p' }, '["p"]');
    await commits.submit(() => carryOut(new Items(container, NOW).create(draft)));
    const indexed = (): string | undefined => container.columns.index(true, [{ column: 'epk', descending: false }]);
    const name = indexed()!;
    await undone(() => undefined);
    const made = (): unknown[] => db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').all(name);
    expect(made()).toHaveLength(0);
    expect([indexed(), made().length]).toEqual([name, 1]);
    expect(container.find('["p"]', 'a')).toBeDefined();
  });

  it('does not let an item be written in a container that is deleted in the same turn', async () => {
    const container = catalog.container('d', 'kept');
    const draft = draftOf(container, { id: 'a', pk: 'p' }, '["p"]');
    const deleted = commits.submit(() => catalog.deleteContainer('d', 'kept'));
    const written = commits.submit(() => new Items(container, NOW).create(draft));
    await expect(written).rejects.toMatchObject({ status: 404, substatus: 1003 });
    await expect(deleted).resolves.toBeUndefined();
  });
});
