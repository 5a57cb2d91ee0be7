import { AccountBudgets } from './account-budgets.js';

const LIMIT = { name: 'trading', weightMax: 10, perMs: 60_000 };
const ACCOUNT = { venue: 'https://venue.example', keyId: 'one' };

describe('the budgets of venue accounts', () => {
  it('are one for all who ask for the same account and limit', async () => {
    const budgets = new AccountBudgets();
    const [first, second] = [budgets.of(ACCOUNT, LIMIT), budgets.of({ ...ACCOUNT }, { ...LIMIT })];
    for (let call = 0; call < 10; call += 1) await (call % 2 ? first : second).take(1, { isUrgent: true });
    await expect(first.take(1)).rejects.toMatchObject({ name: 'VenueUnavailable' });
    await expect(second.take(1)).rejects.toMatchObject({ name: 'VenueUnavailable' });
  });

  it('are silent together when the venue asks one of them to be', async () => {
    const budgets = new AccountBudgets();
    budgets.of(ACCOUNT, LIMIT).refused(600_000);
    await expect(budgets.of(ACCOUNT, LIMIT).take(1)).rejects.toMatchObject({ name: 'VenueUnavailable' });
  });

  it.each([
    ['account', { ...ACCOUNT, keyId: 'another' }, LIMIT],
    ['venue', { ...ACCOUNT, venue: 'https://other.example' }, LIMIT],
    ['limit', ACCOUNT, { ...LIMIT, name: 'market data' }],
  ])('of another %s are others', async (_, account, limit) => {
    const budgets = new AccountBudgets();
    budgets.of(ACCOUNT, LIMIT).refused(600_000);
    await expect(budgets.of(account, limit).take(1)).resolves.toBeUndefined();
  });

  it('do not take two words about one limit', () => {
    const budgets = new AccountBudgets();
    budgets.of(ACCOUNT, LIMIT);
    expect(() => budgets.of(ACCOUNT, { ...LIMIT, weightMax: 20 })).toThrow('disagree');
  });
});
