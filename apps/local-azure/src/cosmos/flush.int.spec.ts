import { GroupCommit } from '../storage/group-commit.js';
import { RedoTransactions } from '../storage/redo-transactions.js';
import { CosmosFixture } from './cosmos-fixture.js';

describe('an answer of the Cosmos server', () => {
  let fixture: CosmosFixture;
  let letGo: (() => void)[];
  const key = ['p', 'q'];
  const item = { id: 'a', productId: 'p', profileId: 'q' };

  beforeEach(async () => {
    letGo = [];
    fixture = await CosmosFixture.start();
    await fixture.orders.items.create(item);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const finish of letGo) finish();
    await fixture.close();
  });

  it('waits until what it tells is on disk, also when somebody else wrote it', async () => {
    jest
      .spyOn(RedoTransactions.prototype, 'flush')
      .mockImplementation(() => new Promise((resolve) => letGo.push(resolve)));
    const waits = jest.spyOn(GroupCommit.prototype, 'whenReadable');
    const answers: unknown[] = [];
    const note = (what: string) => (value: unknown) => answers.push([what, value]);
    const written = fixture.orders.items.upsert({ ...item, n: 2 }).then(() => note('written')(2));
    await until(() => letGo.length === 1);
    const read = fixture.orders
      .item('a', key)
      .read<{ n: number }>()
      .then(({ resource }) => note('read')(resource!.n));
    await until(() => waits.mock.results.some(({ value }) => value !== undefined));
    expect(answers).toEqual([]);
    letGo[0]!();
    await Promise.all([written, read]);
    expect(answers).toEqual(expect.arrayContaining([['written', 2], ['read', 2]])); // prettier-ignore
  });

  it('is refused once it is not certain any more what is on disk', async () => {
    jest
      .spyOn(RedoTransactions.prototype, 'flush')
      .mockImplementationOnce(() => Promise.reject(new Error('the disk is gone')));
    const failure = { code: 500 };
    await expect(fixture.orders.items.upsert({ ...item, n: 2 })).rejects.toMatchObject(failure);
    await expect(fixture.orders.item('a', key).read()).rejects.toMatchObject(failure);
    await expect(fixture.orders.items.upsert({ ...item, n: 3 })).rejects.toMatchObject(failure);
  });
});

/** How long what must happen is waited for. */
const WAIT_MS = 30_000;

async function until(isSo: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + WAIT_MS;
  while (!isSo()) {
    if (Date.now() > giveUpAtMs) throw new Error('What was waited for did not happen.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
