import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKeySecretView, TokenView } from '@ballast/contracts/accounts';
import { decodeJwt } from 'jose';
import type { ApiPlatform } from './api-platform.js';

/** A session that was signed out of, and an API key that was used and then revoked. */
export interface Ended {
  readonly sessionId: string;
  readonly keySecret: string;
}

/** Milliseconds within which everybody must have heard of it, on a busy machine, and between two looks. */
const HEARD_MS_MAX = 60_000;
const LOOK_MS = 100;
/** Something that each service answers, to an admin at least. */
const READS = {
  accounts: '/v1/usage',
  orders: '/v1/admin/controls',
  ledger: '/v1/profiles/prf_00000000000000000000000000/capital',
  audit: '/v1/admin/audit?chainId=_system',
};

/** Ends both, and resolves once every service has heard of it. */
export async function endSomething(platform: ApiPlatform): Promise<Ended> {
  const credentials = { username: 'demo', password: await platform.firstPassword('demo') };
  const { accessToken } = await platform.write<TokenView>({
    ...{ method: 'POST', path: '/v1/auth/login', body: credentials },
  });
  const { sub: userId = '', sid } = decodeJwt(accessToken);
  const sessionId = String(sid);
  const claims = { mfa_at: Math.floor(Date.now() / 1_000) };
  const token = await platform.token({ userId, claims });
  const key = await platform.write<ApiKeySecretView>({
    ...{ method: 'POST', path: '/v1/api-keys', token, body: { name: 'ended', scopes: ['profiles:read'] } },
  });
  const { secret: keySecret = '' } = key;
  const withKey = { method: 'GET', path: '/v1/profiles', token: keySecret };
  const used = await platform.ask(withKey);
  if (used.status !== 200) throw new Error(`the key opens nothing: ${used.text}`);
  await platform.write({ method: 'DELETE', path: `/v1/api-keys/${key.id}`, token });
  await platform.write({ method: 'POST', path: '/v1/auth/logout', token: accessToken });
  await refused(async () => (await platform.ask(withKey)).status);
  const ended = await platform.token({ role: 'admin', claims: { sid: sessionId } });
  const asked = Object.entries(READS).map(([name, path]) => {
    const url = platform.owners[name as keyof typeof READS];
    return refused(async () => (await platform.ask({ method: 'GET', path, token: ended }, url)).status);
  });
  await Promise.all([
    ...asked,
    refused(async () => (await platform.ask({ method: 'GET', path: READS.orders, token: ended })).status),
  ]);
  return { sessionId, keySecret };
}

async function refused(status: () => Promise<number>): Promise<void> {
  for (const giveUpAtMs = Date.now() + HEARD_MS_MAX; Date.now() < giveUpAtMs; await delay(LOOK_MS)) {
    if ((await status()) === 401) return;
  }
  throw new Error('what ended still opens something');
}
