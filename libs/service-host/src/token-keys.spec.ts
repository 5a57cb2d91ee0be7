import { exportJWK, generateKeyPair } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { Clock, TokenKeys } from './index.js';

class SetClock extends Clock {
  ms = 1_000_000;
  override now(): number {
    return this.ms;
  }
}

async function keySet(...kids: string[]): Promise<JSONWebKeySet> {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const key = await exportJWK(publicKey);
  return { keys: kids.map((kid) => ({ ...key, kid })) };
}

async function setUp(first: JSONWebKeySet | Error) {
  const clock = new SetClock();
  const source = { answer: first, asked: 0 };
  const keys = new TokenKeys(async () => {
    source.asked += 1;
    if (source.answer instanceof Error) throw source.answer;
    return source.answer;
  }, clock);
  return { clock, source, keys };
}

it('asks once for many at the same time, and not again while the key is known', async () => {
  const { keys, source } = await setUp(await keySet('a'));
  const found = await Promise.all([keys.find('a'), keys.find('a'), keys.find('a')]);
  expect(found.every((key) => key !== undefined)).toBe(true);
  await keys.find('a');
  expect(source.asked).toBe(1);
});

it('asks again for an unknown key, at most once in 10 s', async () => {
  const { keys, source, clock } = await setUp(await keySet('a'));
  await keys.find('a');
  source.answer = await keySet('a', 'b');
  clock.ms += 9_999;
  expect(await keys.find('b')).toBeUndefined();
  expect(source.asked).toBe(1);
  clock.ms += 1;
  expect(await keys.find('b')).toBeDefined();
  expect(await keys.find('c')).toBeUndefined();
  expect(source.asked).toBe(2);
});

it('serves what it knows while accounts is away', async () => {
  const { keys, source, clock } = await setUp(await keySet('a'));
  await keys.find('a');
  source.answer = new Error('away');
  clock.ms += 3_600_000;
  expect(await keys.find('a')).toBeDefined();
  expect(await keys.find('a')).toBeDefined();
  expect(source.asked).toBe(2);
  expect(await keys.areKnown()).toBe(true);
});

it('says that the keys are away while it never had any, and recovers', async () => {
  const { keys, source, clock } = await setUp(new Error('away'));
  await expect(keys.find('a')).rejects.toMatchObject({ code: 'token-keys-unavailable' });
  expect(await keys.areKnown()).toBe(false);
  expect(source.asked).toBe(1);
  source.answer = await keySet('a');
  clock.ms += 500;
  expect(await keys.find('a')).toBeDefined();
});

it('forgets a key that accounts no longer publishes', async () => {
  const { keys, source, clock } = await setUp(await keySet('a', 'b'));
  await keys.find('a');
  source.answer = await keySet('b');
  clock.ms += 10_000;
  await keys.find('unknown');
  expect(await keys.find('a')).toBeUndefined();
});

it('ignores keys of other kinds', async () => {
  const { keys } = await setUp({ keys: [...(await keySet('a')).keys, { kty: 'oct', k: 'AAAA', kid: 'symmetric' }] });
  expect(await keys.find('symmetric')).toBeUndefined();
  expect(await keys.find('a')).toBeDefined();
});
