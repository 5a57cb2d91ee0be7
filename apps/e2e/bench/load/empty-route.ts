import { resolve } from 'node:path';
import { ManagedProcess, freePortNumbers } from '@ballast/launcher';
import { arrive } from './arrivals.js';
import type { Pace } from './arrivals.js';
import { HttpPost } from './http-post.js';

/** An empty Nest route in a process of its own. */
export class EmptyRoute {
  private constructor(
    private readonly served: ManagedProcess,
    private readonly http: HttpPost,
  ) {}

  static async open(): Promise<EmptyRoute> {
    const [port] = await freePortNumbers(1);
    const url = `http://127.0.0.1:${port}`;
    const ignored = (): void => undefined;
    const entry = resolve(import.meta.dirname, 'empty-service.mjs');
    const plan = { name: 'an empty Nest service', entry, env: { PORT: `${port}` }, readyUrl: `${url}/health/ready` };
    const served = new ManagedProcess(plan, { onLine: ignored, onUnexpectedEnd: ignored });
    served.start();
    await served.ready();
    return new EmptyRoute(served, new HttpPost(`${url}/v1/orders`));
  }

  /** Milliseconds within which 99 of 100 requests at this pace are answered. */
  async acceptP99Ms(pace: Pace): Promise<number> {
    const place = async (turn: number): Promise<string> => {
      await this.http.send(202, { turn });
      return String(turn);
    };
    return (await arrive(pace, place)).accept.percentile(99);
  }

  async close(): Promise<void> {
    this.http.close();
    await this.served.stop();
  }
}
