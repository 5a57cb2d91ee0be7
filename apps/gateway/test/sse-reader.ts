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

  private constructor(
    readonly status: number,
    readonly headers: Headers,
    private readonly stopping: AbortController,
  ) {}

  static async open(url: string, headers: Record<string, string>): Promise<SseReader> {
    const stopping = new AbortController();
    const response = await fetch(url, { headers, signal: stopping.signal });
    const reader = new SseReader(response.status, response.headers, stopping);
    void reader.read(response).catch(() => undefined);
    return reader;
  }

  close(): void {
    this.stopping.abort();
  }

  /** Sequences of the events of a topic, in the order in which they came. */
  sequences(topic: string): unknown[] {
    return this.messages
      .filter(({ event, data }) => event === 'event' && data['topic'] === topic)
      .map(({ data }) => data['sequence']);
  }

  private async read({ body }: Response): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      this.messages.push(...parts.flatMap(messageIn));
    }
    this.isOver = true;
  }
}

function messageIn(part: string): SseMessage[] {
  const fields = Object.fromEntries(part.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? ['', '']));
  const { id, event, data } = fields as Record<string, string | undefined>;
  if (event === undefined || data === undefined) return [];
  return [{ ...(id !== undefined && { id }), event, data: JSON.parse(data) as Record<string, unknown> }];
}
