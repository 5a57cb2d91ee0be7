import { ServiceBusError } from './service-bus-error.js';
import { plainMap, readValue, writeValues, type TypedValue } from './amqp-values.js';

/** Descriptor codes of the sections of an AMQP message. */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  sequence: 0x76,
  value: 0x77,
  footer: 0x78,
} as const;

/** Where the properties of a message have the fields that SQL knows by `sys.` and such a name, in lower case. */
export const PROPERTY_FIELD = {
  messageid: 0,
  to: 2,
  label: 3,
  replyto: 4,
  correlationid: 5,
  contenttype: 6,
  sessionid: 10,
  replytosessionid: 12,
} as const;

/** One section of a message: what it holds and where its bytes are. */
export interface Section {
  readonly value: TypedValue;
  readonly start: number;
  readonly end: number;
}

/** The sections before the body, by descriptor code, and where the body begins. */
export interface Sections {
  readonly heads: ReadonlyMap<number, Section>;
  readonly bodyStart: number;
}

const SMALL_ULONG = 0x53;
const ULONG = 0x80;

/** Reads everything before the body; throws `amqp:decode-error` when the bytes are not a message. */
export function readSections(bytes: Buffer): Sections {
  const heads = new Map<number, Section>();
  let offset = 0;
  try {
    while (offset < bytes.length) {
      const code = sectionCode(bytes, offset);
      if (code >= SECTION.data) break;
      const { value, end } = readValue(bytes, offset);
      heads.set(code, { value, start: offset, end });
      offset = end;
    }
  } catch {
    throw decodeError();
  }
  if (offset > bytes.length) throw decodeError();
  return { heads, bodyStart: offset };
}

/** The contents of the data sections of a batch: one complete message each, in copies that outlive `bytes`. */
export function readDataSections(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  try {
    for (let offset = readSections(bytes).bodyStart; offset < bytes.length;) {
      const { value, end } = readValue(bytes, offset);
      if (sectionCode(bytes, offset) === SECTION.data) messages.push(Buffer.from(value.value as Buffer));
      offset = end;
    }
  } catch {
    throw decodeError();
  }
  return messages;
}

/** The application properties of a bare message as an object; empty when it has none. */
export function applicationPropertiesOf(sections: Sections): Record<string, unknown> {
  const section = sections.heads.get(SECTION.applicationProperties);
  return section === undefined ? {} : plainMap(section.value);
}

/** The fields of a list section (header, properties); absent fields are undefined or null. */
export function fieldsOf(sections: Sections, code: number): readonly (TypedValue | undefined)[] {
  return (sections.heads.get(code)?.value.value ?? []) as TypedValue[];
}

/** Encodes a section: its descriptor and its value, which must be a Typed value of the AMQP library. */
export function sectionBytes(code: number, value: unknown): Buffer {
  return Buffer.concat([Buffer.from([0x00, SMALL_ULONG, code]), writeValues([value])]);
}

function sectionCode(bytes: Buffer, offset: number): number {
  if (bytes[offset] === 0x00) {
    if (bytes[offset + 1] === SMALL_ULONG) return known(bytes[offset + 2]);
    if (bytes[offset + 1] === ULONG) return known(Number(bytes.readBigUInt64BE(offset + 2)));
  }
  throw decodeError();
}

function known(code: number | undefined): number {
  if (code === undefined || code < SECTION.header || code > SECTION.footer) throw decodeError();
  return code;
}

function decodeError(): ServiceBusError {
  return new ServiceBusError('amqp:decode-error', 'The message is not a valid AMQP message.');
}
