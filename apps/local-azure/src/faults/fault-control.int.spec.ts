import { FaultControl } from './fault-control.js';
import { Faults } from './faults.js';

const KEY = 'a key';

describe('the fault control', () => {
  let control: FaultControl;
  let faults: Faults;

  beforeEach(async () => {
    faults = new Faults();
    faults.declare({ kind: 'busy', half: 'service-bus', effect: 'Refused.' });
    faults.declare({ kind: 'cut', half: 'cosmos', effect: 'Cut.', perform: () => 2 });
    control = await FaultControl.start(faults, { port: 0, key: KEY });
  });

  afterEach(() => control.close());

  const ask = async (method: string, body?: unknown, path = '', key = KEY) => {
    const response = await fetch(`${control.endpoint}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('listens on the loopback address only', () => {
    expect(new URL(control.endpoint).hostname).toBe('127.0.0.1');
  });

  it('orders, lists and clears', async () => {
    const busy = await ask('POST', { kind: 'busy', target: 'orders', percent: 12.5, count: 3, seed: 9 });
    expect(busy).toMatchObject({ status: 201, body: { kind: 'busy', target: 'orders', percent: 12.5, remaining: 3 } });
    expect(await ask('POST', { kind: 'cut' })).toEqual({ status: 201, body: { hits: 2 } });
    const { body } = await ask('GET');
    expect(body['faults']).toEqual([busy.body]);
    expect(body['kinds']).toEqual([
      { kind: 'busy', half: 'service-bus', effect: 'Refused.', lasts: true },
      { kind: 'cut', half: 'cosmos', effect: 'Cut.', lasts: false },
    ]);
    expect((await ask('DELETE', undefined, `/${String(busy.body['id'])}`)).body).toEqual({ cleared: 1 });
    expect((await ask('DELETE', undefined, `/${String(busy.body['id'])}`)).status).toBe(404);
    await ask('POST', { kind: 'busy' });
    expect((await ask('DELETE')).body).toEqual({ cleared: 1 });
    expect(faults.standing()).toEqual([]);
  });

  it('refuses who has not its key', async () => {
    for (const key of ['', 'another', `${KEY}x`]) {
      expect((await ask('POST', { kind: 'busy' }, '', key)).status).toBe(401);
    }
    expect((await fetch(control.endpoint)).status).toBe(401);
    expect(faults.standing()).toEqual([]);
  });

  it.each([
    ['a kind that is none', { kind: 'none' }],
    ['no kind', {}],
    ['a field that is none', { kind: 'busy', percents: 5 }],
    ['a share above a hundred', { kind: 'busy', percent: 101 }],
    ['a count of nothing', { kind: 'busy', count: 0 }],
    ['a broken count', { kind: 'busy', count: 1.5 }],
    ['a body that is no object', [1]],
  ])('refuses %s', async (_, order) => {
    const { status, body } = await ask('POST', order);
    expect(status).toBe(400);
    expect(body['error']).toEqual(expect.any(String));
    expect(faults.standing()).toEqual([]);
  });
});
