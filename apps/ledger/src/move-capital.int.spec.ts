import { SECOND_FACTOR_FRESH_SECONDS } from '@ballast/contracts/accounts';
import { newUserId } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import type { CapitalMoveView } from '@ballast/contracts/ledger';
import { ask, bearer, startBench, until } from './testing/bench.js';
import type { Bench, TestProfile } from './testing/bench.js';
import { VerifyLedger } from './verify-ledger.js';

describe('moving capital', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.close());

  const available = async (profile: TestProfile): Promise<string> => (await bench.capital(profile)).body.available;
  const verdictOn = (profile: TestProfile) => bench.ledger.app.get(VerifyLedger).execute(profile.profileId);

  it('deposits and withdraws, and shows what is there', async () => {
    const profile = await bench.openProfile();
    const deposited = await bench.move(profile, 'deposits', '10000.00');
    expect(deposited).toMatchObject({
      status: 201,
      body: { kind: 'deposit', amount: '10000.00', available: '10000.00' },
    });
    const withdrawn = await bench.move(profile, 'withdrawals', '0.5');
    expect(withdrawn).toMatchObject({
      status: 201,
      body: { kind: 'withdrawal', amount: '0.50', available: '9999.50' },
    });
    const { body } = await bench.capital(profile);
    expect(body).toMatchObject({ allocated: '9999.50', available: '9999.50', postings: 2, asset: 'USD' });
  });

  it('gives the same answer to the same key, refusals included, and moves once', async () => {
    const profile = await bench.openProfile();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => bench.move(profile, 'deposits', '100.00', 'first')),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((answers[0]?.body as CapitalMoveView).available).toBe('100.00');
    const refused = await bench.move(profile, 'withdrawals', '100.01', 'second');
    await bench.move(profile, 'deposits', '50.00', 'third');
    const again = await bench.move(profile, 'withdrawals', '100.01', 'second');
    for (const { status, body } of [refused, again]) {
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'insufficient-capital', limit: '100.00', value: '100.01' });
    }
    expect(await available(profile)).toBe('150.00');
    const types = (): string[] => bench.published(profile.profileId).map(({ type }) => type);
    await until('all is published', () => types().length === 4);
    expect(types()[2]).toBe('capital.withdrawal-refused.v1');
    expect(await verdictOn(profile)).toMatchObject({ postings: 2, findings: [] });
  });

  it.each([
    ['another amount', 'deposits', '2.00'],
    ['the same amount written otherwise', 'deposits', '1.0'],
    ['the other way', 'withdrawals', '1.00'],
  ] as const)('refuses a key that was used for another request: %s', async (_what, kind, amount) => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '1.00', 'key');
    const { status, body } = await bench.move(profile, kind, amount, 'key');
    expect([status, (body as Problem).code]).toEqual([422, 'idempotency-key-reused']);
    expect(await available(profile)).toBe('1.00');
  });

  it.each(['0.001', '0', '-5', '1e3', ' 5', ''])('refuses the amount %p and names the field', async (amount) => {
    const profile = await bench.openProfile();
    const { status, body } = await bench.move(profile, 'deposits', amount);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-request', errors: [{ pointer: '/amount' }] });
    expect((await bench.capital(profile)).body.postings).toBe(0);
  });

  it('needs an idempotency key', async () => {
    const profile = await bench.openProfile();
    const { body } = await ask<Problem>(`${bench.ledger.url}/v1/profiles/${profile.profileId}/deposits`, {
      method: 'POST',
      headers: { ...bearer(profile), 'content-type': 'application/json' },
      body: '{"amount":"1.00"}',
    });
    expect(body).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
  });

  it('does not know another user’s profile, nor one that is not there; operators know all', async () => {
    const profile = await bench.openProfile();
    const stranger = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'trader') };
    const nowhere = { ...profile, profileId: `${profile.profileId.slice(0, -5)}00000` };
    for (const who of [stranger, nowhere]) {
      expect((await bench.capital(who)).status).toBe(404);
      expect((await bench.move(who, 'deposits', '5.00')).status).toBe(404);
    }
    const operator = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'operator') };
    expect((await bench.move(operator, 'deposits', '5.00')).status).toBe(201);
    const viewer = { ...profile, token: await bench.tokenFor(profile.ownerId, 'viewer') };
    expect((await bench.move(viewer, 'deposits', '5.00')).status).toBe(403);
    expect(await available(viewer)).toBe('5.00');
    expect((await bench.capital({ ...profile, token: 'none' })).status).toBe(401);
  });

  it('withdraws only for who showed a second factor a moment ago', async () => {
    const profile = await bench.openProfile();
    await bench.move(profile, 'deposits', '5.00');
    const longAgoSeconds = Math.floor(Date.now() / 1_000) - SECOND_FACTOR_FRESH_SECONDS - 1;
    const late = { ...profile, token: await bench.tokenFor(profile.ownerId, 'trader', longAgoSeconds) };
    expect(await bench.move(late, 'withdrawals', '5.00')).toMatchObject({
      status: 403,
      body: { code: 'second-factor-required' },
    });
    expect((await bench.move(late, 'deposits', '1.00')).status).toBe(201);
    expect(await available(profile)).toBe('6.00');
  });
});
