import { EVENT_TTL_SECONDS } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { carryingEvent, envelopeOf, eventIn, eventRow } from './event-row.js';

const ENVELOPE: EventEnvelope = {
  id: 'orders:ord_1:1',
  type: 'order.placed.v1',
  source: '/orders',
  subject: 'ord_1',
  time: '2026-11-21T09:00:00.000Z',
  partitionkey: 'profile-1',
  ownerid: 'usr_1',
  sequence: 7,
  intent: 'entry',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  correlationid: 'req_1',
  causationid: 'req_1',
  data: { quantity: '1.5' },
};

describe('an event row', () => {
  it('carries the partition key, the mark of an event and its lifetime', () => {
    expect(eventRow(ENVELOPE, { productId: 'ballast', profileId: 'profile-1' })).toEqual({
      ...ENVELOPE,
      productId: 'ballast',
      profileId: 'profile-1',
      kind: 'event',
      ttl: EVENT_TTL_SECONDS,
    });
  });

  it('gives the envelope back without what the store added', () => {
    const row = eventRow(ENVELOPE, { productId: 'ballast', profileId: 'profile-1' });
    expect(envelopeOf({ ...row, _rid: 'r', _etag: '"1"', _ts: 1, _lsn: 5 } as typeof row)).toEqual(ENVELOPE);
  });

  it('adds no attribute that an event does not have', () => {
    const { sequence, ...rest } = ENVELOPE;
    expect(sequence).toBe(7);
    expect(Object.keys(envelopeOf(eventRow({ ...rest, intent: undefined as never }, {})))).not.toContain('sequence');
    expect(Object.keys(envelopeOf(eventRow({ ...rest, intent: undefined as never }, {})))).not.toContain('intent');
  });
});

describe('the event of a row', () => {
  it('is found in an event row and in a row that carries one, as it was put in', () => {
    expect(eventIn(eventRow(ENVELOPE, { productId: 'ballast', profileId: 'profile-1' }))).toEqual(ENVELOPE);
    expect(eventIn(carryingEvent({ id: 'posting:1', kind: 'posting' }, ENVELOPE))).toEqual(ENVELOPE);
  });

  it('is not there in any other row', () => {
    expect(eventIn({ id: 'book', kind: 'book', event: undefined })).toBeUndefined();
    expect(eventIn({ id: 'x', kind: 'note', event: 'a text' })).toBeUndefined();
  });
});
