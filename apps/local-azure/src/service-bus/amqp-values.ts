import rhea from 'rhea';

/** The values of the AMQP library where its typings do not show what this server has to reach. */

/** A decoded AMQP value that still knows its type; lists hold Typed, maps hold keys and values in turns. */
export interface TypedValue {
  readonly value: unknown;
}

interface AmqpReader {
  position: number;
  read(): TypedValue;
}
interface AmqpWriter {
  write(value: unknown): void;
  toBuffer(): Buffer;
}
interface TypesInternals {
  Reader: new (buffer: Buffer) => AmqpReader;
  Writer: new () => AmqpWriter;
  wrap(value: unknown): unknown;
  wrap_long(bytes: Buffer): unknown;
  Map32(entries: readonly unknown[]): unknown;
  List32(items: readonly unknown[]): unknown;
  unwrap(value: unknown, leaveDescribed?: boolean): unknown;
  unwrap_map_simple(value: TypedValue): Record<string, unknown>;
}
const types = rhea.types as unknown as TypesInternals;

/** Reads the AMQP value at `offset`; gives it and the offset behind it. Throws on malformed bytes. */
export function readValue(bytes: Buffer, offset: number): { value: TypedValue; end: number } {
  const reader = new types.Reader(bytes);
  reader.position = offset;
  const value = reader.read();
  return { value, end: reader.position };
}

/** Encodes AMQP values one after the other. */
export function writeValues(values: readonly unknown[]): Buffer {
  const writer = new types.Writer();
  for (const value of values) writer.write(value);
  return Buffer.from(writer.toBuffer());
}

/** The AMQP value of a JavaScript value, chosen as the library does. */
export function typed(value: unknown): unknown {
  return types.wrap(value);
}

/** An AMQP symbol. */
export function symbol(name: string): unknown {
  return rhea.types.wrap_symbol(name);
}

/** An AMQP map of keys and values in turns, all of them Typed. */
export function typedMap(entries: readonly unknown[]): unknown {
  return types.Map32(entries);
}

/** An AMQP list of Typed values. */
export function typedList(items: readonly unknown[]): unknown {
  return types.List32(items);
}

/** The JavaScript value of a decoded AMQP value. */
export function plain(value: unknown): unknown {
  return types.unwrap(value);
}

/** The JavaScript object of a decoded AMQP map. */
export function plainMap(value: TypedValue): Record<string, unknown> {
  return types.unwrap_map_simple(value);
}

/** An AMQP long of 8 bytes. */
export function longOf(value: bigint): unknown {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return types.wrap_long(bytes);
}
