import type { AuditPage } from '@ballast/contracts/audit';
import { Api } from '@ballast/launcher';
import { until } from './stage.js';
import type { Stage } from './stage.js';

/** A route of the gateway and of each service that every valid token of the trader gets past the guard of. */
const DOORS = [
  ['gateway', '/v1/sessions'],
  ['accounts', '/v1/sessions'],
  ['orders', '/v1/orders'],
  ['ledger', `/v1/profiles/prf_${'0'.repeat(26)}/capital`],
  ['audit', '/v1/admin/audit'],
] as const;

/** Signs the trader in once more and out again: that session is refused at every door, and no other one is. */
export async function playSignOut(stage: Stage): Promise<void> {
  const login = (await stage.platform.firstLogins()).find(({ username }) => username === 'demo');
  if (login === undefined) throw new Error('no first login demo');
  const session = await Api.signIn(stage.platform.url('gateway'), login);
  const statusAt = async (name: (typeof DOORS)[number][0], path: string, { token = '' }: Api): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${stage.platform.url(name)}${path}`, { headers })).status;
  };
  for (const [name, path] of DOORS) expect(await statusAt(name, path, session)).not.toBe(401);
  expect((await session.send('POST', '/v1/auth/logout')).status).toBe(204);
  for (const [name, path] of DOORS) {
    await until(`${name} refuses the session`, async () => (await statusAt(name, path, session)) === 401);
    expect(await statusAt(name, path, stage.trader)).not.toBe(401);
  }
  await until('the end of the session is audited', async () => {
    const page = await stage.admin.get<AuditPage>('/v1/admin/audit?chainId=_system&type=session.revoked.v1');
    return page.items.length > 0;
  });
}
