import { isSameSecret } from '../http/same-secret.js';
import { HttpServer, type HttpReply, type HttpRequest } from '../http/http-server.js';
import { readFaultOrder } from './fault-order.js';
import { FaultOrderError, type Faults } from './faults.js';

/** Faults are ordered from this machine only, wherever the servers listen. */
const LOOPBACK = '127.0.0.1';
const PATH = '/faults';
const BEARER = 'Bearer ';

/** How faults are ordered over HTTP. */
export interface FaultControlOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Given as `Authorization: Bearer <key>`. */
  readonly key: string;
}

/**
 * `GET /faults` lists the kinds and what stands; `POST /faults` orders one; `DELETE /faults` and `DELETE /faults/{id}`
 * clear. Loopback only, and not without the key.
 */
export class FaultControl {
  private constructor(private readonly http: HttpServer) {}

  /** Rejects when the port is taken. */
  static async start(faults: Faults, { port, key }: FaultControlOptions): Promise<FaultControl> {
    return new FaultControl(await HttpServer.start(LOOPBACK, port, (request) => answer(request, faults, key)));
  }

  get endpoint(): string {
    return `http://${LOOPBACK}:${this.http.port}${PATH}`;
  }

  async close(): Promise<void> {
    await this.http.close();
  }
}

async function answer(request: HttpRequest, faults: Faults, key: string): Promise<HttpReply> {
  const { authorization = '' } = request.headers;
  if (!authorization.startsWith(BEARER) || !isSameSecret(authorization.slice(BEARER.length), key)) {
    return json(401, { error: 'The key of the fault control is missing or wrong.' });
  }
  try {
    return await perform(request, faults);
  } catch (error) {
    if (error instanceof FaultOrderError) return json(400, { error: error.message });
    return json(500, { error: 'The fault could not be carried out.' });
  }
}

async function perform({ method, target, body }: HttpRequest, faults: Faults): Promise<HttpReply> {
  if (target === PATH && method === 'GET') return json(200, { kinds: faults.listed(), faults: faults.standing() });
  if (target === PATH && method === 'POST') return json(201, await faults.order(readFaultOrder(body)));
  if (target === PATH && method === 'DELETE') return json(200, { cleared: faults.clear() });
  if (target.startsWith(`${PATH}/`) && method === 'DELETE') {
    const cleared = faults.clear(target.slice(PATH.length + 1));
    return cleared === 0 ? json(404, { error: 'There is no such fault.' }) : json(200, { cleared });
  }
  return json(404, { error: `There is no ${method} ${target}.` });
}

const json = (status: number, value: unknown): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
