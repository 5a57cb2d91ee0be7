import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { EVENTS } from './declaration.js';
import { decodeEventData, UnreadableEvent } from './event.js';
import type { EventDeclaration, EventEnvelope } from './event.js';
import { schemaOf } from './event-schema.js';
import { fieldsOf } from './fields.js';
import type { DeclaredField } from './fields.js';
import { capitalHeld, capitalPosted } from './ledger.js';
import type { CapitalMovedV1 } from './ledger.js';
import { CapitalBalances } from './ledger.js';
import { orderEnded, orderExecuted, RefusalReason } from './orders.js';

const SAMPLES = 'libs/contracts/samples';
const sampleOf = ({ type }: EventDeclaration): EventEnvelope<Record<string, unknown>> =>
  JSON.parse(readFileSync(join(SAMPLES, `${type}.json`), 'utf8')) as EventEnvelope<Record<string, unknown>>;
const decoding = (event: EventDeclaration, changes: object) => () =>
  decodeEventData(event, { ...sampleOf(event).data, ...changes });
const ajv = new Ajv();
/** The published schema of each event, compiled once. */
const FITS = new Map(EVENTS.map((event) => [event, ajv.compile(schemaOf(event.data))]));

const EACH_EVENT = EVENTS.map((event) => [event.type, event] as const);
const EACH_FIELD = EVENTS.flatMap((event) =>
  [...fieldsOf(event.data)].map(([name, field]) => ({ type: event.type, name, event, field })),
);
const NESTED = EACH_FIELD.filter(({ event, name, field }) => field.of !== undefined && name in sampleOf(event).data);

describe.each(EACH_EVENT)('%s', (_type, event) => {
  const sample = sampleOf(event);

  it('has a sample that is decoded and encoded again unchanged', () => {
    const decoded = decodeEventData(event, sample.data);
    expect(decoded).toBeInstanceOf(event.data);
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(sample.data);
  });

  it('has a sample that passes the published schema', () => {
    const validate = FITS.get(event)!;
    validate(sample.data);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a sample whose envelope names its type and its owner', () => {
    expect(sample).toMatchObject({ type: event.type, source: `/${event.topic}` });
    expect(sample.id.startsWith(`${event.topic}:`)).toBe(true);
  });

  it('drops fields that a newer publisher may add', () => {
    const decoded = decodeEventData(event, { ...sample.data, addedLater: { any: 'thing' } });
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(sample.data);
  });

  it.each([undefined, null, 'text', 7, [sample.data]])('is unreadable when its data is %p', (data) => {
    expect(() => decodeEventData(event, data)).toThrow(new UnreadableEvent(`${event.type}: data is not an object`));
  });
});

describe('samples', () => {
  it('are there for every event and for nothing else', () => {
    expect(readdirSync(SAMPLES).sort()).toEqual(EVENTS.map(({ type }) => `${type}.json`).sort());
  });

  it('give every event an id of its own', () => {
    expect(new Set(EVENTS.map((event) => sampleOf(event).id)).size).toBe(EVENTS.length);
  });

  it('carry balances whose parts add up to what is available', () => {
    const moved = EVENTS.map((event) => sampleOf(event).data as unknown as CapitalMovedV1).filter(
      ({ balances }) => balances !== undefined,
    );
    expect(moved.length).toBe(12);
    for (const { balances } of moved) {
      const units = (name: Exclude<keyof CapitalBalances, 'inTransit'>): bigint => BigInt(balances[name]);
      expect(units('available')).toBe(
        units('allocated') -
          units('reservedForOrders') -
          units('reservedForPositions') +
          units('realizedPnl') -
          units('fees') -
          BigInt(balances.inTransit ?? 0) +
          units('shortfall'),
      );
    }
  });

  it('tell the figures worked by hand: 10 at 100 held, 4 at 99 filled, the rest set free', () => {
    expect(sampleOf(capitalHeld).data).toMatchObject({ units: '100100', balances: { available: '899900' } });
    expect(sampleOf(capitalPosted).data).toMatchObject({
      notionalUnits: '39600',
      feeUnits: '40',
      balances: { reservedForOrders: '60060', available: '900300' },
    });
  });
});

/** What no field of any event can be; some would be right for one kind of field. */
const WRONG = [null, { no: 'such' }, [], NaN, Infinity, -0.5, ''];

/** Whether it is an object of which nothing is required, so that every object will do. */
const takesAnyObject = ({ of, isList }: DeclaredField): boolean =>
  of !== undefined && isList !== true && [...fieldsOf(of()).values()].every(({ required }) => !required);

const wrongFor = (field: DeclaredField): unknown[] =>
  WRONG.filter((value) => value !== '' || field.schema['minLength'] !== 0).filter(
    (value) => !takesAnyObject(field) || typeof value !== 'object' || value === null || Array.isArray(value),
  );

describe('every field of every event', () => {
  it.each(EACH_FIELD.map((one) => [`${one.type} /${one.name}`, one] as const))(
    '%s',
    (_title, { event, name, field }) => {
      const data: Record<string, unknown> = { ...sampleOf(event).data };
      const fitsSchema = FITS.get(event)!;
      const unreadable = new RegExp(`^${event.type}: /${name}[ /]`);
      for (const wrong of wrongFor(field)) {
        expect(decoding(event, { [name]: wrong })).toThrow(UnreadableEvent);
        expect(decoding(event, { [name]: wrong })).toThrow(unreadable);
        expect(fitsSchema({ ...data, [name]: wrong })).toBe(false);
      }
      const without = { ...data };
      delete without[name];
      expect(fitsSchema(without)).toBe(!field.required);
      if (field.required) expect(decoding(event, { [name]: undefined })).toThrow(unreadable);
      else expect(decoding(event, { [name]: undefined })).not.toThrow();
    },
  );
});

describe('a field within a nested object', () => {
  it.each(NESTED)('is checked: $type /$name', ({ event, name, field }) => {
    const nested = field.of?.() ?? RefusalReason;
    const data = decodeEventData(event, sampleOf(event).data) as Record<string, unknown>;
    expect(data[name]).toBeInstanceOf(nested);
    for (const inner of fieldsOf(nested).keys()) {
      const broken = { ...(sampleOf(event).data[name] as object), [inner]: -0.5 };
      expect(decoding(event, { [name]: broken })).toThrow(new RegExp(`^${event.type}: /${name}/${inner} `));
    }
  });

  it('is dropped when it is not known', () => {
    const balances = { ...(sampleOf(capitalHeld).data['balances'] as object), addedLater: 1 };
    expect(decoding(capitalHeld, { balances })()).toEqual(decoding(capitalHeld, {})());
  });

  it('is checked in an optional object too, which may carry nothing but what is declared', () => {
    const refusal = { code: 'reduce-only', limit: 'exit', value: 'entry' };
    expect(decoding(orderEnded, { refusal })()).toMatchObject({ refusal });
    const later = { ...refusal, code: 'a-reason-of-tomorrow' };
    expect(decoding(orderEnded, { refusal: later })()).toMatchObject({ refusal: later });
    expect(decoding(orderEnded, { refusal: { ...refusal, code: 'Because!' } })).toThrow(
      'order.ended.v1: /refusal/code must be a word',
    );
  });
});

describe('an unreadable event', () => {
  it('names every wrong field and no value', () => {
    const secret = 'do-not-log-this';
    const message = ((): string => {
      try {
        decoding(orderExecuted, { price: secret, quantity: secret, symbol: undefined })();
      } catch (error) {
        return (error as Error).message;
      }
      return 'it was readable';
    })();
    expect(message.split('; ')).toHaveLength(3);
    for (const name of ['/price', '/quantity', '/symbol']) expect(message).toContain(`${name} must be`);
    expect(message).not.toContain(secret);
  });
});

it('a prototype that data brings along is dropped like any field that is not known', () => {
  const text = JSON.stringify(sampleOf(capitalHeld).data).replace('{', '{"__proto__":{"asset":"EUR"},');
  expect(decodeEventData(capitalHeld, JSON.parse(text))).toEqual(
    decodeEventData(capitalHeld, sampleOf(capitalHeld).data),
  );
});
