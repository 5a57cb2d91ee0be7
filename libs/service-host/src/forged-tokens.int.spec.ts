import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FORGERIES, signed } from './testing/forged-tokens.js';
import type { Forgery } from './testing/forged-tokens.js';
import { Things, USER, problem } from './things-fixture.js';

let things: Things;
let forgery: Forgery;
let attackerAsked = 0;
const attacker = createServer((_request, response) => {
  attackerAsked += 1;
  response.end('{"keys":[]}');
});

beforeAll(async () => {
  things = await Things.start();
  await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
  const attackerUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`;
  forgery = { key: things.key, userId: USER, attackerUrl };
});
afterAll(async () => {
  await things.service.close();
  await new Promise((resolve) => attacker.close(resolve));
});

const asked = (token: string) =>
  things.ask('GET', '/v1/things/guarded', { headers: { authorization: `Bearer ${token}` } });

describe('a service', () => {
  it('takes a genuine token', async () => {
    expect((await asked(await signed(forgery))).status).toBe(200);
  });

  it.each(FORGERIES)('refuses a token with %s', async (_name, forge) => {
    expect(problem(await asked(await forge(forgery)))).toEqual([401, 'unauthorized']);
  });

  it('asks nobody for a key that a token names', () => {
    expect(attackerAsked).toBe(0);
  });
});
