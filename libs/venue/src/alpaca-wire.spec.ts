import { decimal } from '@ballast/money';
import { readAsset } from './alpaca-market-wire.js';
import { orderBody, readOrder, readUpdate } from './alpaca-wire.js';
import { parseLossless } from './lossless-json.js';
import { UnreadableReply } from './wire-fields.js';

const WIRE_ORDER = {
  id: 'v-1',
  client_order_id: 'k-1',
  symbol: 'AAPL',
  side: 'buy',
  status: 'new',
  filled_qty: '0',
  filled_avg_price: null,
};

describe('numbers in JSON', () => {
  it('keep every digit, wherever they stand', () => {
    const text = '{"a":123456789012345678.123456789,"b":[-1,2.50,1e3],"c":"x 1 \\" 2","d":true,"9":null}';
    expect(parseLossless(text)).toEqual({
      a: '123456789012345678.123456789',
      b: ['-1', '2.50', '1e3'],
      c: 'x 1 " 2',
      d: true,
      '9': null,
    });
  });
});

describe('orders on the wire', () => {
  it.each([
    ['pending_new', '0', 'pending'],
    ['accepted', '0', 'pending'],
    ['new', '0', 'open'],
    ['partially_filled', '1', 'partially-filled'],
    ['pending_cancel', '0', 'open'],
    ['pending_cancel', '1', 'partially-filled'],
    ['filled', '1', 'filled'],
    ['canceled', '1', 'cancelled'],
    ['replaced', '0', 'replaced'],
    ['expired', '0', 'expired'],
    ['rejected', '0', 'rejected'],
  ])('reads %s with %s filled as %s', (status, filled, expected) => {
    expect(readOrder({ ...WIRE_ORDER, status, filled_qty: filled })).toMatchObject({ status: expected });
  });

  it.each([null, 'text', [], {}, { ...WIRE_ORDER, status: 'odd' }, { ...WIRE_ORDER, filled_qty: 'NaN' }])(
    'does not take %p for an order',
    (value) => {
      expect(() => readOrder(value)).toThrow(UnreadableReply);
    },
  );

  it('writes a market order without a price and a limit order with one', () => {
    const request = {
      brokerKey: 'k-1',
      symbol: 'AAPL',
      side: 'sell' as const,
      quantity: decimal('0.000000001'),
      limitPrice: undefined,
      timeInForce: 'ioc' as const,
    };
    expect(orderBody(request)).toEqual({
      client_order_id: 'k-1',
      symbol: 'AAPL',
      side: 'sell',
      qty: '0.000000001',
      type: 'market',
      time_in_force: 'ioc',
    });
    expect(orderBody({ ...request, limitPrice: decimal('9.5') })).toMatchObject({ type: 'limit', limit_price: '9.5' });
  });
});

describe('updates on the wire', () => {
  it.each([
    ['new', 'opened'],
    ['canceled', 'cancelled'],
    ['expired', 'expired'],
    ['rejected', 'rejected'],
  ])('reads %s as %s', (event, kind) => {
    expect(readUpdate({ event, timestamp: '2026-01-02T03:04:05.678901Z', order: WIRE_ORDER })).toMatchObject({ kind });
  });

  it('reads a fill, with a fee only where the venue reports one', () => {
    const fill = {
      event: 'fill',
      timestamp: '2026-01-02T03:04:05.678901Z',
      execution_id: 'e-1',
      price: '10.5',
      qty: '2',
      order: { ...WIRE_ORDER, status: 'filled', filled_qty: '2', filled_avg_price: '10.5' },
    };
    expect(readUpdate(fill)).toMatchObject({
      kind: 'executed',
      execution: { executionId: 'e-1', fee: undefined, cumulativeQuantity: decimal('2') },
    });
    expect(readUpdate({ ...fill, commission: '0.02' })).toMatchObject({ execution: { fee: decimal('0.02') } });
  });

  it('leaves out what nobody here needs', () => {
    expect(readUpdate({ event: 'pending_cancel', order: WIRE_ORDER })).toBeUndefined();
  });
});

describe('assets on the wire', () => {
  it.each([
    [true, 9, '0.000000001'],
    [false, 0, '1'],
  ])('reads a share that is fractionable: %p', (fractionable, quantityScale, quantityMin) => {
    const asset = { symbol: 'X', name: 'X', class: 'us_equity', status: 'active', tradable: true, fractionable };
    expect(readAsset(asset)).toMatchObject({
      quantityScale,
      quantityMin: decimal(quantityMin),
      priceIncrement: decimal('0.01'),
      assetClass: 'equity',
    });
  });
});
