import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Api } from '@ballast/launcher';
import type { Random } from '../../../paper-venue/src/domain/random.js';

/** Milliseconds between two tries of one request. */
const RETRY_MS = 150;

/** What a careful caller was told in the end. */
export interface Told {
  readonly status: number;
  readonly body: { readonly orderId?: string; readonly state?: string; readonly code?: string; readonly id?: string };
  readonly etag: string | undefined;
  readonly tries: number;
}

/** A request to be repeated until it is answered. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who asks, and where. */
export interface CallerOptions {
  readonly username: string;
  readonly password: string;
  readonly gateways: readonly string[];
  readonly random: Random;
  /** Milliseconds after which a request that nobody answers has failed for good. */
  readonly giveUpMs: number;
}

/** A user at several gateways: asks any of them, and again under the same key at any other, until it is answered. */
export class Caller {
  private readonly apis: Api[] = [];
  private stopped = false;

  constructor(private readonly options: CallerOptions) {}

  get username(): string {
    return this.options.username;
  }

  /** Signs in once; every gateway takes the token. */
  async signIn(): Promise<void> {
    const { gateways, username, password } = this.options;
    const [first = ''] = gateways;
    const { token } = await Api.signIn(first, { username, password });
    this.apis.splice(0, this.apis.length, ...gateways.map((url) => Api.withToken(url, token ?? '')));
  }

  get token(): string {
    return this.apis[0]?.token ?? '';
  }

  /** A profile with this much capital, the same however often it is asked for. */
  async fundedProfile(
    amount: string,
    { seed, index, entriesPerSymbolMax }: { seed: string; index: number; entriesPerSymbolMax: number },
  ): Promise<string> {
    const post = (path: string, body: object): Promise<Told | undefined> =>
      this.ask({ method: 'POST', path, body, headers: { 'idempotency-key': keyOf(seed, index, path) } });
    const id = (await post('/v1/profiles', { name: `campaign ${index}`, entriesPerSymbolMax }))?.body.id;
    if (id === undefined) throw new Error('a profile was refused');
    const told = await post(`/v1/profiles/${id}/deposits`, { amount });
    if (told?.status !== 201 && told?.status !== 200) throw new Error(`a deposit was answered with ${told?.status}`);
    return id;
  }

  /** Requests that are not answered yet are given up. */
  stop(): void {
    this.stopped = true;
  }

  /** Asks until the answer is neither missing nor that the world is unwell; `undefined` when it was stopped before. Throws when nobody has answered for `giveUpMs`. */
  async ask({ method, path, body, headers }: Request, giveUpMs = this.options.giveUpMs): Promise<Told | undefined> {
    const giveUpAtMs = Date.now() + giveUpMs;
    for (let tries = 1; !this.stopped; tries += 1) {
      const api = this.apis[this.options.random.integer(0, this.apis.length - 1)];
      const answer = await api
        ?.send<Told['body']>(method, path, { ...(body && { body }), ...(headers && { headers }) })
        .catch(() => undefined);
      if (answer !== undefined && answer.status < 500 && answer.status !== 429)
        return { status: answer.status, body: answer.body, etag: answer.headers.get('etag') ?? undefined, tries };
      if (Date.now() > giveUpAtMs)
        throw new Error(`${method} ${path} was not answered: ${answer?.status ?? 'nothing'}`);
      await delay(RETRY_MS);
    }
    return undefined;
  }
}

/** A name that belongs to a seed: the same campaign uses the same keys. */
export function keyOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join(':')).digest('hex').slice(0, 32);
}
