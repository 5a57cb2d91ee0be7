/** Makes the service's internal ids: base64 of 4, 8 or 16 bytes, with `-` for `/`, each beginning with its parent's. */
const encode = (bytes: Buffer): string => bytes.toString('base64').replaceAll('/', '-');
const decode = (rid: string): Buffer => Buffer.from(rid.replaceAll('-', '/'), 'base64');

/** The id of the n-th database: 4 bytes. */
export function databaseRid(n: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return encode(bytes);
}

/** The id of the n-th container of the account: 8 bytes; the high bit marks a container. */
export function containerRid(database: string, n: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((n | 0x80000000) >>> 0);
  return encode(Buffer.concat([decode(database), bytes]));
}

/** Makes the ids of the items of a container, by their sequence numbers: 16 bytes. */
export function itemRids(container: string): (sequence: number) => string {
  const bytes = Buffer.concat([decode(container), Buffer.alloc(8)]);
  return (sequence) => {
    bytes.writeUInt32LE(sequence % UINT32_VALUES, 8);
    bytes.writeUInt32LE(Math.floor(sequence / UINT32_VALUES), 12);
    return encode(bytes);
  };
}

const UINT32_VALUES = 2 ** 32;

/** The id of the n-th offer of the account: 3 bytes, so that it has no padding. */
export function offerRid(n: number): string {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntBE(n, 0, 3);
  return encode(bytes).replaceAll('+', '_');
}

/** The link of a database made of its internal id, with a slash at the end. */
export const databaseSelf = (database: string): string => `dbs/${database}/`;

/** The sequence number in the id of an item; undefined for another text. */
export function itemSequence(rid: string): number | undefined {
  const bytes = decode(rid);
  return bytes.length === 16 ? Number(bytes.readBigUInt64LE(8)) : undefined;
}

/** The link of a container made of internal ids, with a slash at the end. */
export function containerSelf(container: string): string {
  return `dbs/${encode(decode(container).subarray(0, 4))}/colls/${container}/`;
}
