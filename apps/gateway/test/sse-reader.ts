import { once } from 'node:events';
import { get } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** One server-sent event. */
export interface SseMessage {
  readonly id?: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of server-sent events and all that it was sent. */
export class SseReader {
  readonly messages: SseMessage[] = [];
  /** Whether the server has ended the stream. */
  isOver = false;

  private constructor(private readonly response: IncomingMessage) {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop() ?? '';
      this.messages.push(...parts.flatMap(messageIn));
    });
    response.once('end', () => (this.isOver = true));
    response.once('error', () => undefined);
  }

  /** On a connection of its own, which ends with it. */
  static async open(url: string, headers: Record<string, string>): Promise<SseReader> {
    const asked = get(url, { headers, agent: false });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new SseReader(response);
  }

  get status(): number | undefined {
    return this.response.statusCode;
  }

  get headers(): IncomingHttpHeaders {
    return this.response.headers;
  }

  close(): void {
    this.response.destroy();
  }

  /** Sequences of the events of a topic, in the order in which they came. */
  sequences(topic: string): unknown[] {
    return this.messages
      .filter(({ event, data }) => event === 'event' && data['topic'] === topic)
      .map(({ data }) => data['sequence']);
  }
}

function messageIn(part: string): SseMessage[] {
  const fields = Object.fromEntries(part.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ['', '']));
  const { id, event, data } = fields as Record<string, string | undefined>;
  if (event === undefined || data === undefined) return [];
  return [{ ...(id !== undefined && { id }), event, data: JSON.parse(data) as Record<string, unknown> }];
}
