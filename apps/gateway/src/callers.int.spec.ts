import { newSessionId, newUserId } from '@ballast/contracts';
import { sessionRevoked } from '@ballast/contracts/accounts';
import { FORGERIES, signed } from '../../../libs/service-host/src/testing/forged-tokens.js';
import type { Forgery } from '../../../libs/service-host/src/testing/forged-tokens.js';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import { someEvent } from '../test/events.js';
import { eventually } from '../test/eventually.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';

let platform: GatewayPlatform;
let forgery: Forgery;

beforeAll(async () => {
  platform = await startGatewayPlatform();
  // Where an attacker offers keys is an owner that must not be asked for them.
  forgery = { key: platform.key, userId: newUserId(1), attackerUrl: platform.owners.audit.url };
  platform.owners.accounts.answer('GET /v1/users', { body: { items: [] } });
});
afterAll(() => platform.close());

const asked = (token: string) => platform.ask('GET', '/v1/users', { headers: { authorization: `Bearer ${token}` } });

describe('the gateway', () => {
  it('lets a genuine token through to the owner', async () => {
    expect((await asked(await signed(forgery))).status).toBe(200);
  });

  it.each(FORGERIES)('refuses a token with %s', async (_name, forge) => {
    const before = platform.owners.accounts.seen.filter(({ path }) => path === '/v1/users').length;
    expect(await asked(await forge(forgery))).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(platform.owners.accounts.seen.filter(({ path }) => path === '/v1/users')).toHaveLength(before);
  });

  it('asks nobody for a key that a token names', () => {
    expect(platform.owners.audit.seen).toEqual([]);
  });
});

describe('a session that ended', () => {
  it('opens nothing any more once the gateway has heard of it, and others go on', async () => {
    const [ended, other] = [newSessionId(1), newSessionId(2)];
    const tokens = await Promise.all([ended, other].map((sid) => signed(forgery, { sid })));
    const statuses = () => Promise.all(tokens.map(async (token) => (await asked(token)).status));
    expect(await statuses()).toEqual([200, 200]);
    const { type } = sessionRevoked;
    const data = { sessionId: ended, userId: forgery.userId, reason: 'signed-out' };
    await platform.send(someEvent({ type, source: '/accounts', subject: ended, data }));
    await eventually(statuses, ([status]) => status === 401);
    expect(await statuses()).toEqual([401, 200]);
  });

  it('is asked of accounts as well, for what was not heard', async () => {
    await platform.service.close();
    const sessionId = newSessionId(3);
    platform.owners.accounts.answer('GET /.well-known/revoked-sessions.json', { body: { sessionIds: [sessionId] } });
    const { url } = await platform.startReplica();
    const headers = { authorization: `Bearer ${await signed(forgery, { sid: sessionId })}` };
    expect((await fetch(`${url}/v1/users`, { headers })).status).toBe(401);
  });
});
