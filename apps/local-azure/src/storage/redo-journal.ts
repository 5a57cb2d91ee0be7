import { closeSync, constants, fstatSync, openSync, readFileSync, write, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes of the file, made at once, so that a record needs no room that a full disk would not give and changes no length. */
export const JOURNAL_BYTES = 4 * 1024 * 1024;
/** Before each text: its length in bytes, a checksum of what follows that, and its number. */
const HEAD_BYTES = 16;

/** A text with its number. */
export interface JournalRecord {
  readonly number: number;
  readonly text: string;
}

/**
 * A file of numbered texts, each on disk as soon as it is answered for. It is written from its start to its end and then, when
 * what it holds is no longer needed, from its start again.
 */
export class RedoJournal {
  private readonly descriptor: number;
  private position = 0;

  /** Records made under another salt are none. Throws when there is no room for the file. */
  constructor(
    private readonly file: string,
    private readonly salt: number,
  ) {
    // What is written is on disk when it returns, with one call of the system instead of two.
    this.descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC, 0o600);
    const { size } = fstatSync(this.descriptor);
    if (size < JOURNAL_BYTES) extend(file, size);
  }

  /** The records since the last restart, in order of their numbers, each one more than the one before. */
  records(): JournalRecord[] {
    const bytes = readFileSync(this.file);
    const records: JournalRecord[] = [];
    for (let at = 0; ;) {
      const record = this.recordAt(bytes, at);
      if (record === undefined) return records;
      if (records.length > 0 && record.number !== records.at(-1)!.number + 1) return records;
      records.push({ number: record.number, text: record.content.toString('utf8') });
      at += HEAD_BYTES + record.content.length;
    }
  }

  /** Whether a text still fits. */
  fits(text: string): boolean {
    return this.position + HEAD_BYTES + Buffer.byteLength(text) <= JOURNAL_BYTES;
  }

  /** Resolves when a record is on disk. One at a time; numbers go up by one. */
  append({ number, text }: JournalRecord): Promise<void> {
    const length = Buffer.byteLength(text);
    const bytes = Buffer.allocUnsafe(HEAD_BYTES + length);
    bytes.writeUInt32LE(length, 0);
    bytes.writeBigUInt64LE(BigInt(number), 8);
    bytes.write(text, HEAD_BYTES);
    bytes.writeUInt32LE(crc32(bytes.subarray(8), this.salt), 4);
    const { position } = this;
    this.position += bytes.length;
    return new Promise((resolve, reject) => {
      write(this.descriptor, bytes, 0, bytes.length, position, (error, written) => {
        if (error === null && written === bytes.length) resolve();
        else reject(error ?? new Error('The journal took only a part of a record.'));
      });
    });
  }

  /** What was recorded so far is no longer needed. */
  restart(): void {
    this.position = 0;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private recordAt(bytes: Buffer, at: number): { number: number; content: Buffer } | undefined {
    if (at + HEAD_BYTES > bytes.length) return undefined;
    const end = at + HEAD_BYTES + bytes.readUInt32LE(at);
    if (end > bytes.length || crc32(bytes.subarray(at + 8, end), this.salt) !== bytes.readUInt32LE(at + 4)) {
      return undefined;
    }
    return { number: Number(bytes.readBigUInt64LE(at + 8)), content: bytes.subarray(at + HEAD_BYTES, end) };
  }
}

/** Not through the descriptor of the records, which would wait for the disk. */
function extend(file: string, size: number): void {
  const descriptor = openSync(file, 'r+');
  try {
    const zeros = Buffer.alloc(JOURNAL_BYTES - size);
    for (let done = 0; done < zeros.length;)
      done += writeSync(descriptor, zeros, done, zeros.length - done, size + done);
  } finally {
    closeSync(descriptor);
  }
}
