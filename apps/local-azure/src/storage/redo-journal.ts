import { closeSync, constants, fstatSync, openSync, readFileSync, write, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes of the file, made at once, so that a record needs no room that a full disk would not give and changes no length. */
export const JOURNAL_BYTES = 4 * 1024 * 1024;
/** Bytes of its first half, and of its second. */
export const HALF_BYTES = JOURNAL_BYTES / 2;
/** Before each text: its length in bytes, a checksum of what follows that, and its number. */
const HEAD_BYTES = 16;
/** Bytes of a text for each of its characters at most. */
const CHARACTER_BYTES_MAX = 3;
/** How long everything may be kept waiting for a record: where one takes longer, a thread waits for the next ones instead. */
const IN_PLACE_MS_MAX = 1;
/** Records that a thread waits for before a disk that is slow again and again is tried in place again. */
const RECORDS_ELSEWHERE_MAX = 32;

/** A text with its number. */
export interface JournalRecord {
  readonly number: number;
  readonly text: string;
}

/**
 * A file of numbered texts, each on disk as soon as it is answered for. It has two halves, which are written in turns, each from its
 * start to its end, when what it holds is no longer needed.
 */
export class RedoJournal {
  private readonly descriptor: number;
  private start = 0;
  private position = 0;
  /** Where a record is put together; the one before is on disk by then. */
  private room = Buffer.alloc(0);
  private recordsElsewhere = 0;
  /** How many a thread waits for after the next one that takes long: twice as many each time, and one after one that does not. */
  private recordsElsewhereNext = 1;

  /** Records made under another salt are none; `nowMs` gives milliseconds that never run backwards. Throws when there is no room for the file. */
  constructor(
    private readonly file: string,
    private readonly salt: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    // What is written is on disk when it returns, with one call of the system instead of two.
    this.descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_DSYNC, 0o600);
    const { size } = fstatSync(this.descriptor);
    if (size < JOURNAL_BYTES) extend(file, size);
  }

  /** The records after that number, each one more than the one before. */
  recordsAfter(number: number): JournalRecord[] {
    const bytes = readFileSync(this.file);
    const byNumber = new Map([...this.recordsFrom(bytes, 0), ...this.recordsFrom(bytes, HALF_BYTES)]);
    const later = [...byNumber.keys()].filter((each) => each > number).sort((left, right) => left - right);
    return later
      .filter((each, index) => each === later[0]! + index)
      .map((each) => ({ number: each, text: byNumber.get(each)!.toString('utf8') }));
  }

  /** Whether a text still fits into this half. */
  fits(text: string): boolean {
    return isWithin(text, HALF_BYTES - (this.position - this.start));
  }

  /** Whether a text would fit into a half of its own. */
  fitsAlone(text: string): boolean {
    return isWithin(text, HALF_BYTES);
  }

  /**
   * A record is on disk when this returns, which takes less of the processor than to have a thread wait for it; or, while the disk is slow,
   * when what it returns resolves. One at a time; numbers go up by one.
   */
  append(record: JournalRecord): Promise<void> | undefined {
    const bytes = this.bytesOf(record);
    const { position } = this;
    this.position += bytes.length;
    if (this.recordsElsewhere > 0) {
      this.recordsElsewhere -= 1;
      return this.writeElsewhere(bytes, position);
    }
    try {
      this.writeInPlace(bytes, position);
      return undefined;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** What was recorded so far is no longer needed. */
  restart(): void {
    this.position = this.start;
  }

  /** Goes on in the other half, of which nothing is needed any more. */
  turn(): void {
    this.start = HALF_BYTES - this.start;
    this.position = this.start;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private bytesOf({ number, text }: JournalRecord): Buffer {
    const bytesMax = HEAD_BYTES + text.length * CHARACTER_BYTES_MAX;
    if (this.room.length < bytesMax) this.room = Buffer.allocUnsafe(bytesMax);
    const { room } = this;
    const length = room.write(text, HEAD_BYTES);
    const bytes = room.subarray(0, HEAD_BYTES + length);
    bytes.writeUInt32LE(length, 0);
    bytes.writeBigUInt64LE(BigInt(number), 8);
    bytes.writeUInt32LE(crc32(bytes.subarray(8), this.salt), 4);
    return bytes;
  }

  private writeInPlace(bytes: Buffer, position: number): void {
    const startMs = this.nowMs();
    if (writeSync(this.descriptor, bytes, 0, bytes.length, position) !== bytes.length) throw new Error(ONLY_A_PART);
    this.wroteInPlace(this.nowMs() - startMs);
  }

  private wroteInPlace(tookMs: number): void {
    const isSlow = tookMs > IN_PLACE_MS_MAX;
    if (isSlow) this.recordsElsewhere = this.recordsElsewhereNext;
    this.recordsElsewhereNext = isSlow ? Math.min(this.recordsElsewhereNext * 2, RECORDS_ELSEWHERE_MAX) : 1;
  }

  private writeElsewhere(bytes: Buffer, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      write(this.descriptor, bytes, 0, bytes.length, position, (error, written) => {
        if (error === null && written === bytes.length) resolve();
        else reject(error ?? new Error(ONLY_A_PART));
      });
    });
  }

  /** A file that was written as one piece, before it had halves, is read to its end. */
  private recordsFrom(bytes: Buffer, start: number): [number: number, content: Buffer][] {
    const records: [number, Buffer][] = [];
    for (let at = start; ;) {
      const record = this.recordAt(bytes, at);
      if (record === undefined) return records;
      if (records.length > 0 && record.number !== records.at(-1)![0] + 1) return records;
      records.push([record.number, record.content]);
      at += HEAD_BYTES + record.content.length;
    }
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

const ONLY_A_PART = 'The journal took only a part of a record.';

/** Counts the bytes of a text only where that decides. */
const isWithin = (text: string, bytes: number): boolean =>
  HEAD_BYTES + text.length * CHARACTER_BYTES_MAX <= bytes || HEAD_BYTES + Buffer.byteLength(text) <= bytes;

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
