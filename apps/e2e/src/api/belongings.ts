import { randomUUID } from 'node:crypto';
import type { ApiKeySecretView, TokenView, UserView } from '@ballast/contracts/accounts';
import type { OrderView } from '@ballast/contracts/orders';
import { decodeJwt } from 'jose';
import type { ApiPlatform, TokenOptions } from './api-platform.js';

/** Characters before the `_` of an id tell what it names. */
const ID_PATTERN = /\b[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}(?:_[0-9a-hjkmnp-tv-z]{16})?\b/g;

/** Kinds of ids that can be named in a request, by the characters before the `_`. */
export const KINDS = ['usr', 'ses', 'key', 'prf', 'ord', 'trd', 'trf', 'pre'];

/** A user with something of every kind: a session, an API key, profiles, capital, a monitor, a transfer, a preset, an order that rests. */
export class Belongings {
  private constructor(
    readonly userId: string,
    readonly token: string,
    readonly profileId: string,
    readonly otherProfileId: string,
    private readonly ids: ReadonlyMap<string, string>,
  ) {}

  /** Makes them through the API. */
  static async of(platform: ApiPlatform, options: TokenOptions = {}): Promise<Belongings> {
    const signedIn = options.userId === undefined ? await signUp(platform) : undefined;
    const userId = options.userId ?? signedIn?.userId ?? '';
    const token = await platform.token({ ...options, userId });
    const write = <Body>(method: string, path: string, body: object): Promise<Body> =>
      platform.write<Body>({ method, path, token, body });
    const [first, second] = await Promise.all(
      ['one', 'two'].map((name) => write<{ id: string }>('POST', '/v1/profiles', { name, entriesPerSymbolMax: 100 })),
    );
    if (first === undefined || second === undefined) throw new Error('no profiles');
    const of = `/v1/profiles/${first.id}`;
    await write('POST', `${of}/deposits`, { amount: '10000.00' });
    await write('PUT', `${of}/capital/monitors/low`, { measure: 'available', threshold: '10.00' });
    const transfer = await write<{ id: string }>('POST', `${of}/transfers`, { toProfileId: second.id, amount: '1.00' });
    const terms = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1.00', timeInForce: 'gtc' };
    const order = await write<OrderView>('POST', '/v1/orders', { profileId: first.id, ...terms });
    const preset = await write('POST', '/v1/presets', { name: 'own', strategy: { kind: 'manual' }, risk: {} });
    const key = await platform.write<ApiKeySecretView>({
      ...{ method: 'POST', path: '/v1/api-keys', body: { name: 'own', scopes: ['orders:read'] } },
      token: await platform.token({ ...options, userId, claims: { ...options.claims, mfa_at: nowSeconds() } }),
    });
    const named = [userId, signedIn?.sessionId, key.id, first.id, order.orderId, order.tradeId];
    const made = [...named, JSON.stringify([transfer, preset])].join(' ');
    const ids = new Map([...made.matchAll(ID_PATTERN)].reverse().map(([id]) => [id.slice(0, 3), id]));
    return new Belongings(userId, token, first.id, second.id, ids);
  }

  /** The id of what is owned whose ids match; undefined where there is nothing of the kind, or other texts match too. */
  idMatching(pattern: string): string | undefined {
    const expression = new RegExp(pattern);
    if (expression.test('x')) return undefined;
    return [...this.ids.values()].find((id) => expression.test(id));
  }

  /** Every id that is owned. */
  get all(): readonly string[] {
    return [...this.ids.values(), this.otherProfileId];
  }
}

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** A user whom an admin makes, signed in. */
async function signUp(platform: ApiPlatform): Promise<{ userId: string; sessionId: string }> {
  const admin = await platform.token({ role: 'admin', claims: { mfa_at: nowSeconds() } });
  const credentials = { username: `u${randomUUID()}`, password: 'four words nobody says' };
  const body = { ...credentials, role: 'trader' };
  const { id: userId } = await platform.write<UserView>({ method: 'POST', path: '/v1/users', token: admin, body });
  const tokens = await platform.write<TokenView>({ method: 'POST', path: '/v1/auth/login', body: credentials });
  return { userId, sessionId: String(decodeJwt(tokens.accessToken)['sid']) };
}
