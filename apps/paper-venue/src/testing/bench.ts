import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPaperVenue, type PaperVenue, type PaperVenueOptions } from '../index.js';

/** A JSON object as a test reads it. */
export type Json = Record<string, unknown>;

/** A venue in a folder of its own, with what tests do to it. */
export class Bench {
  private constructor(
    readonly dataDir: string,
    public venue: PaperVenue,
    private readonly options: Partial<PaperVenueOptions>,
  ) {}

  static async open(options: Partial<PaperVenueOptions> = {}): Promise<Bench> {
    const dataDir = mkdtempSync(join(tmpdir(), 'paper-venue-'));
    return new Bench(dataDir, await startPaperVenue({ dataDir, control: true, ...options }), options);
  }

  async restart(): Promise<void> {
    await this.venue.close();
    this.venue = await startPaperVenue({ dataDir: this.dataDir, control: true, ...this.options });
  }

  async close(): Promise<void> {
    await this.venue.close();
    rmSync(this.dataDir, { recursive: true });
  }

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; json: Json }> {
    const response = await fetch(`${this.venue.url}${path}`, {
      method,
      headers: { 'apca-api-key-id': this.venue.keyId, 'apca-api-secret-key': this.venue.secret },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as Json) };
  }

  async list(path: string): Promise<Json[]> {
    return (await this.call('GET', path)).json as unknown as Json[];
  }

  /** Puts up a price with more on offer than any test asks for, unless it says how much. */
  async tick(bid: string, ask: string, volume = '1000', symbol = 'AAPL'): Promise<void> {
    await this.call('POST', '/control/ticks', { ticks: [{ symbol, bid, ask, volume }] });
  }

  /** Sends an order for 10 shares at the market until cancelled, but for what is changed. */
  place(change: Json): Promise<{ status: number; json: Json }> {
    const order = { symbol: 'AAPL', side: 'buy', type: 'market', time_in_force: 'gtc', qty: '10', ...change };
    return this.call('POST', '/v2/orders', order);
  }

  async order(id: unknown): Promise<Json> {
    return (await this.call('GET', `/v2/orders/${String(id)}`)).json;
  }

  async faults(...faults: Json[]): Promise<Json[]> {
    const { status, json } = await this.call('POST', '/control/faults', { faults });
    if (status !== 200) throw new Error(`faults refused: ${JSON.stringify(json)}`);
    return json['faults'] as Json[];
  }
}
