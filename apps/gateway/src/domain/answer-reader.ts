/** Bytes of the head of an answer, at most. */
const HEAD_BYTES_MAX = 65_536;
/** Bytes of the body of an answer, at most. */
export const ANSWER_BYTES_MAX = 67_108_864;
/** Bytes of the line that says how long a chunk is, at most. */
const CHUNK_LINE_BYTES_MAX = 1_024;
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const NOTHING = Buffer.alloc(0);

/** What was answered is not HTTP/1.1 as RFC 9112 has it, or larger than allowed. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** A whole answer. */
export interface ReadAnswer {
  readonly status: number;
  /** By name in lower case; one that came several times is joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether another request may follow on the same connection. */
  readonly isKept: boolean;
}

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isKept: boolean;
}

/** How long a body is: so many bytes, in chunks, or until the connection ends. */
type Framing = number | 'chunked' | 'until-end';

/** Puts the answer to one request together from the bytes of its connection, however they are cut. */
export class AnswerReader {
  private pending: Buffer = NOTHING;
  private head: Head | undefined;
  private framing: Framing = 'until-end';
  private readonly parts: Buffer[] = [];
  private partBytes = 0;
  /** Bytes of the present chunk and of its line end that are still to come; 0 before its length is read. */
  private chunkLeft = 0;
  private isLastChunk = false;

  constructor(private readonly method: string) {}

  /** Takes bytes; gives the answer once it is whole. Throws `UnreadableAnswer`. */
  read(bytes: Buffer): ReadAnswer | undefined {
    this.pending = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    while (this.head === undefined) if (!this.readHead()) return undefined;
    if (this.framing === 'chunked') return this.readChunks() ? this.whole(this.head) : undefined;
    const taken = this.framing === 'until-end' ? this.pending.length : this.framing - this.partBytes;
    this.take(taken);
    return this.partBytes === this.framing ? this.whole(this.head) : undefined;
  }

  /** The connection ended: gives an answer whose body ends with it, `undefined` for one that is not whole. */
  end(): ReadAnswer | undefined {
    return this.head !== undefined && this.framing === 'until-end' ? this.whole(this.head) : undefined;
  }

  /** Moves up to so many pending bytes to the body. */
  private take(count: number): number {
    const taken = Math.min(count, this.pending.length);
    if (taken > 0) this.parts.push(this.pending.subarray(0, taken));
    this.pending = this.pending.subarray(taken);
    this.partBytes += taken;
    if (this.partBytes > ANSWER_BYTES_MAX) throw new UnreadableAnswer('the body is larger than allowed');
    return taken;
  }

  private whole({ status, headers, isKept }: Head): ReadAnswer {
    const [first = NOTHING] = this.parts;
    const body = this.parts.length < 2 ? first : Buffer.concat(this.parts);
    // What follows was not asked for: nobody can tell what it answers.
    return { status, headers, body, isKept: isKept && this.framing !== 'until-end' && this.pending.length === 0 };
  }

  /** Reads a head where it has come as a whole. What only informs (status 1xx) is passed over. */
  private readHead(): boolean {
    const end = this.pending.indexOf(HEAD_END);
    if ((end === -1 ? this.pending.length : end) > HEAD_BYTES_MAX) throw new UnreadableAnswer('the head is too large');
    if (end === -1) return false;
    const head = headIn(this.pending.toString('latin1', 0, end));
    this.pending = this.pending.subarray(end + HEAD_END.length);
    if (head.status === 101) throw new UnreadableAnswer('nobody asked for another protocol');
    if (head.status < 200) return true;
    this.framing = framingOf(head, this.method);
    this.head = head;
    return true;
  }

  private readChunks(): boolean {
    for (;;) {
      if (this.chunkLeft > 0) {
        if (!this.readChunk()) return false;
      } else {
        const line = this.line();
        if (line === undefined) return false;
        if (this.isLastChunk && line === '') return true;
        if (!this.isLastChunk) this.beginChunk(line);
      }
    }
  }

  private beginChunk(line: string): void {
    const size = /^([0-9a-f]{1,8})(?:[\t ]*;|[\t ]*$)/i.exec(line)?.[1];
    if (size === undefined) throw new UnreadableAnswer('the length of a chunk cannot be read');
    const length = Number.parseInt(size, 16);
    if (length === 0) this.isLastChunk = true;
    else this.chunkLeft = length + LINE_END.length;
  }

  /** Takes what has come of the present chunk; whether that and its line end are all of it. */
  private readChunk(): boolean {
    if (this.chunkLeft > LINE_END.length) this.chunkLeft -= this.take(this.chunkLeft - LINE_END.length);
    if (this.chunkLeft > LINE_END.length || this.pending.length < LINE_END.length) return false;
    if (this.line() !== '') throw new UnreadableAnswer('a chunk is longer than it says');
    this.chunkLeft = 0;
    return true;
  }

  private line(): string | undefined {
    const end = this.pending.indexOf(LINE_END);
    if ((end === -1 ? this.pending.length : end) > CHUNK_LINE_BYTES_MAX)
      throw new UnreadableAnswer('a line is too long');
    if (end === -1) return undefined;
    const line = this.pending.toString('latin1', 0, end);
    this.pending = this.pending.subarray(end + LINE_END.length);
    return line;
  }
}

function headIn(text: string): Head {
  const [first = '', ...lines] = text.split(LINE_END);
  const [, minor, status] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/.exec(first) ?? [];
  if (status === undefined) throw new UnreadableAnswer('the status cannot be read');
  const headers: Record<string, string> = {};
  for (const line of lines) addHeader(headers, line);
  const isKept = minor === '1' && !/(?:^|,)\s*close\s*(?:,|$)/i.test(headers['connection'] ?? '');
  return { status: Number(status), headers, isKept };
}

function addHeader(headers: Record<string, string>, line: string): void {
  const end = line.indexOf(':');
  const name = line.slice(0, Math.max(end, 0)).toLowerCase();
  if (!HEADER_NAME.test(name)) throw new UnreadableAnswer('a header cannot be read');
  const value = line.slice(end + 1).trim();
  headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value;
}

function framingOf({ status, headers }: Head, method: string): Framing {
  if (method === 'HEAD' || status === 204 || status === 304) return 0;
  const { 'transfer-encoding': coding, 'content-length': length } = headers;
  if (coding !== undefined) {
    if (length !== undefined || coding.toLowerCase() !== 'chunked') throw new UnreadableAnswer('no such framing');
    return 'chunked';
  }
  if (length === undefined) return 'until-end';
  if (!/^\d{1,15}$/.test(length)) throw new UnreadableAnswer('the length cannot be read');
  return Number(length);
}
