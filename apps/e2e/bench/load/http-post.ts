import { Agent, request } from 'node:http';

const SOCKETS_MAX = 256;

/** POSTs JSON over connections that stay open, with as little of its own as can be. */
export class HttpPost {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });

  constructor(private readonly url: string) {}

  /** The decoded body of an answer with this status; throws where another comes, or none. */
  send<Body>(wanted: number, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Body> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const length = String(Buffer.byteLength(text));
      const all = { 'content-type': 'application/json', 'content-length': length, ...headers };
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers: all }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const told = Buffer.concat(parts).toString();
          if (answer.statusCode === wanted) resolve(JSON.parse(told) as Body);
          else reject(new Error(`${this.url} answered ${answer.statusCode}: ${told}`));
        });
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
