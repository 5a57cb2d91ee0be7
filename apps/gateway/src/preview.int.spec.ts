import { newProfileId } from '@ballast/contracts';
import { startGatewayPlatform } from '../test/gateway-platform.js';
import type { GatewayPlatform } from '../test/gateway-platform.js';

let platform: GatewayPlatform;
const profileId = newProfileId(1);

beforeAll(async () => {
  platform = await startGatewayPlatform();
});
afterAll(() => platform.close());

describe('a preview', () => {
  const preview = () => platform.ask('POST', '/v1/orders/preview', { body: { profileId } });
  const placed = { verdict: 'placed', quantity: '10', boundPrice: '100', holdUnits: '100100', asset: 'USD' };
  const refusal = { code: 'insufficient-capital', limit: '1000.00', value: '1001.00' };
  const question = `GET /v1/profiles/${profileId}/capital/hold-preview?units=100100`;
  const ordersSay = (body: object): void => platform.owners.orders.answer('POST /v1/orders/preview', { body });

  it('is what orders says where the ledger would hold the capital', async () => {
    ordersSay(placed);
    platform.owners.ledger.answer(question, { body: { verdict: 'held' } });
    expect(await preview()).toMatchObject({ status: 200, body: placed });
  });

  it('is refused with the ledger’s word where it would not', async () => {
    ordersSay(placed);
    platform.owners.ledger.answer(question, { body: { verdict: 'declined', refusal } });
    expect(await preview()).toMatchObject({ status: 200, body: { ...placed, verdict: 'refused', refusal } });
  });

  it('does not ask the ledger about what orders refuses, nor about what needs no capital', async () => {
    const asked = platform.owners.ledger.seen.length;
    const above = { verdict: 'refused', quantity: '10', refusal: { ...refusal, code: 'notional-above-limit' } };
    for (const body of [above, { ...placed, holdUnits: '0' }]) {
      ordersSay(body);
      expect(await preview()).toMatchObject({ status: 200, body });
    }
    expect(platform.owners.ledger.seen).toHaveLength(asked);
  });

  it('is no verdict without the ledger’s word', async () => {
    ordersSay(placed);
    platform.owners.ledger.answer(question, { status: 404, body: {} });
    const { status, body, headers } = await preview();
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'service-unavailable', '1']);
  });
});
