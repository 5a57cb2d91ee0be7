import { Agent, request } from 'node:http';
import { setAuthorizationTokenHeaderUsingMasterKey, type HTTPMethod, type ResourceType } from '@azure/cosmos';
import { MASTER_KEY } from './cosmos-processes.js';
import type { Call } from './measure.js';

const DOCS = 'docs' as ResourceType;

/**
 * Signed requests to the items of a container, one for each call: the time that the server takes for them can be compared, while the
 * SDK sends a second request, for the plan, beside every query.
 */
export class ItemRequests {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly partition: Record<string, string>;

  constructor(
    private readonly endpoint: string,
    private readonly link: string,
    key: readonly string[],
  ) {
    this.partition = { 'x-ms-documentdb-partitionkey': JSON.stringify(key) };
  }

  /** A point read. Throws when there is no such item. */
  read(idOf: (turn: number) => string): Call {
    return (turn) => this.send('GET', `${this.link}/docs/${idOf(turn)}`, { ...this.partition });
  }

  /** The first page of a query, of one document. Throws when there is none. */
  firstOf(query: string): Call {
    const body = JSON.stringify({ query, parameters: [] });
    const headers = {
      ...this.partition,
      'content-type': 'application/query+json',
      'content-length': String(Buffer.byteLength(body)),
      'x-ms-documentdb-isquery': 'true',
      'x-ms-max-item-count': '1',
    };
    return async () => {
      const page = await this.send('POST', this.link, headers, body);
      if (!page.includes('"_count":1')) throw new Error(`${query} found nothing.`);
    };
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(method: string, link: string, unsigned: Record<string, string>, body?: string): Promise<string> {
    const headers = { ...unsigned };
    await setAuthorizationTokenHeaderUsingMasterKey(method as HTTPMethod, link, DOCS, headers, MASTER_KEY);
    const url = new URL(method === 'POST' ? `${link}/docs` : link, this.endpoint);
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(text));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
