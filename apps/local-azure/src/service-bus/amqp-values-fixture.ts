/** One value of every AMQP 1.0 encoding, as it stands on the wire: constructor and data. For tests. */
export const SIMPLE_VALUES: Readonly<Record<string, Buffer>> = hex({
  null: '40',
  boolean: '5601',
  true: '41',
  false: '42',
  ubyte: '50ff',
  ushort: '60fffe',
  uint: '70fffffffe',
  smalluint: '5207',
  uint0: '43',
  ulong: '80fffffffffffffffe',
  smallulong: '5307',
  ulong0: '44',
  byte: '5180',
  short: '618001',
  int: '7180000001',
  smallint: '5481',
  long: '818000000000000001',
  smalllong: '5581',
  float: '723fa00000',
  double: '823ff4000000000000',
  decimal32: '7430800001',
  decimal64: '8431c0000000000001',
  decimal128: '9430400000000000000000000000000001',
  char: '730001f600',
  timestamp: '8300000199a0b1c2d3',
  uuid: '98000102030405060708090a0b0c0d0e0f',
  vbin8: 'a003000102',
  vbin32: 'b000000003000102',
  str8: 'a103c3bc78',
  str32: 'b100000003c3bc78',
  sym8: 'a3036e616d',
  sym32: 'b3000000036e616d',
});

/** Those that hold others. */
export const COMPOUND_VALUES: Readonly<Record<string, Buffer>> = hex({
  list0: '45',
  list8: 'c005025207a100',
  list32: 'd00000000700000002520741',
  map8: 'c10602a1016b5207',
  map32: 'd10000000900000002a1016b5207',
  array8: 'e00a02710000000100000002',
  array32: 'f00000000d00000002710000000100000002',
  described: '00a3047465737441',
});

/** A section of a message: its descriptor code and its encoded value. */
export function section(code: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x00, 0x53, code]), value]);
}

/** An encoded map of texts, or symbols, to encoded values. */
export function encodedMap(values: Readonly<Record<string, Buffer>>, keyCode: 0xa1 | 0xa3 = 0xa1): Buffer {
  const entries = Object.entries(values).flatMap(([key, value]) => [
    Buffer.from([keyCode, key.length]),
    Buffer.from(key),
    value,
  ]);
  return compound(0xd1, Object.keys(values).length * 2, entries);
}

/** An encoded list of encoded values. */
export function encodedList(values: readonly Buffer[]): Buffer {
  return compound(0xd0, values.length, values);
}

function compound(code: number, count: number, parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const head = Buffer.alloc(9);
  head.writeUInt8(code, 0);
  head.writeUInt32BE(content.length + 4, 1);
  head.writeUInt32BE(count, 5);
  return Buffer.concat([head, content]);
}

function hex(values: Readonly<Record<string, string>>): Readonly<Record<string, Buffer>> {
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, Buffer.from(text, 'hex')]));
}
