import { newUserId } from '@ballast/contracts';
import type { ApiKeySecretView, UserView } from '@ballast/contracts/accounts';
import type { PlacedOperation } from '../../../gateway/src/domain/openapi.js';
import type { ApiPlatform, Ask } from './api-platform.js';
import { Belongings } from './belongings.js';
import { requestOf } from './matrix.js';
import { parameterOf } from './rest-rules.js';

const ADA = { password: 'four words nobody says', role: 'viewer' };

/**
 * Somebody who owns something of every kind, and two of what is listed; who acts as a trader where traders may, and as an
 * admin elsewhere. Another user is there to be changed.
 */
export class RestKeeper {
  private constructor(
    private readonly tokens: { readonly trader: string; readonly admin: string },
    private readonly belongings: Belongings,
    private readonly made: readonly string[],
  ) {}

  static async of(platform: ApiPlatform): Promise<RestKeeper> {
    const userId = newUserId(Date.now());
    const claims = { mfa_at: Math.floor(Date.now() / 1_000) };
    const [trader, admin] = await Promise.all(
      (['trader', 'admin'] as const).map((role) => platform.token({ userId, role, claims })),
    );
    if (trader === undefined || admin === undefined) throw new Error('no tokens');
    const write = <Body>(token: string, path: string, body: object): Promise<Body> =>
      platform.write<Body>({ method: 'POST', path, token, body });
    // Other tests may have halted it.
    const active = { path: '/v1/admin/controls', body: { mode: 'active', reason: 'rules' } };
    await platform.write({ method: 'PUT', token: admin, headers: { 'if-match': '*' }, ...active });
    const belongings = await Belongings.of(platform, { userId });
    const order = { symbol: 'MSFT', side: 'buy', type: 'limit', timeInForce: 'gtc', quantity: '1', limitPrice: '1.00' };
    const [user, key] = await Promise.all([
      write<UserView>(admin, '/v1/users', { username: `ada${userId.slice(-20)}`, ...ADA }),
      write<ApiKeySecretView>(trader, '/v1/api-keys', { name: 'one', scopes: ['orders:read'] }),
      write(trader, '/v1/api-keys', { name: 'two', scopes: ['orders:read'] }),
      write(trader, '/v1/orders', { profileId: belongings.profileId, ...order }),
    ]);
    return new RestKeeper({ trader, admin }, belongings, [user.id, key.id]);
  }

  /** A request with examples and what is theirs, which holds whatever the version is. */
  ask(placed: PlacedOperation): Ask {
    const ask = requestOf(placed, (pattern) => this.idMatching(pattern));
    const hasVersion = parameterOf(placed, 'if-match') !== undefined;
    const isForTraders = placed.operation['x-roles']?.includes('trader') === true;
    return {
      ...ask,
      // A chain has to be named there, though no parameter of its own is needed.
      ...(placed.operation.operationId === 'listAuditRecords' && { path: `${ask.path}?chainId=_system` }),
      token: isForTraders ? this.tokens.trader : this.tokens.admin,
      headers: { ...ask.headers, ...(hasVersion && { 'if-match': '*' }) },
    };
  }

  private idMatching(pattern: string): string | undefined {
    const expression = new RegExp(pattern);
    if (expression.test('x')) return undefined;
    return this.made.find((id) => expression.test(id)) ?? this.belongings.idMatching(pattern);
  }
}
