import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Failure } from '@ballast/contracts';
import { CreateProfileRequest, TOKEN_AUDIENCE, TOKEN_ISSUER } from '@ballast/contracts/accounts';
import { currentTrace } from '@ballast/service-bus';
import { Body, Controller, Get, Inject, Module, Post, Put } from '@nestjs/common';
import { IsInt, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import {
  Clock,
  CurrentCaller,
  IdempotencyKey,
  ProblemException,
  Public,
  Roles,
  TokenKeys,
  TokenVerifier,
  idParam,
  startService,
} from './index.js';
import type { Caller, RunningService } from './index.js';

const USER = `usr_${'a'.repeat(26)}`;

class Leg {
  @IsInt({ message: 'must be a whole number' })
  size!: number;
}

class Nested {
  @ValidateNested({ each: true })
  @Type(() => Leg)
  legs!: Leg[];
  @IsString()
  note!: string;
}

/** Lets a test hold a request in its handler. */
class Gate {
  arrived: () => void = () => {};
  open: () => void = () => {};
}

@Controller('v1/things')
class ThingsController {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  @Public()
  @Post()
  make(@Body() body: CreateProfileRequest): object {
    return { body, isDeclared: body instanceof CreateProfileRequest, trace: currentTrace() };
  }

  @Public()
  @Put('nested')
  nest(@Body() body: Nested): object {
    return body;
  }

  @Get('caller')
  who(@CurrentCaller() caller: Caller): object {
    return caller;
  }

  @Get('operators')
  @Roles('operator', 'admin')
  operate(): object {
    return {};
  }

  @Public()
  @Post('keyed')
  keyed(@IdempotencyKey() key: string): object {
    return { key };
  }

  @Public()
  @Get('failure')
  fail(): object {
    throw new Failure('store-unavailable', 'secret host is down', { retryAfterMs: 2_100 });
  }

  @Public()
  @Get('bug')
  bug(): object {
    throw new Error('secret detail');
  }

  @Public()
  @Get('refused')
  refuse(): object {
    const refusal = { code: 'notional-above-limit', limit: '100.00', value: '250.00' };
    throw new ProblemException('order-refused', { refusal, orderId: 'ord_1' });
  }

  @Public()
  @Get('held')
  async hold(): Promise<object> {
    await new Promise<void>((resolve) => {
      this.gate.open = resolve;
      this.gate.arrived();
    });
    return { held: true };
  }

  @Public()
  @Get(':id')
  read(@idParam('id', /^thing_\d$/) id: string): object {
    return { id };
  }
}

let service: RunningService;
let tokenOf: (claims?: object, options?: { expiresAt?: number; audience?: string }) => Promise<string>;
const gate = new Gate();

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k' }] };
  const verifier = {
    provide: TokenVerifier,
    inject: [Clock],
    useFactory: (clock: Clock) => new TokenVerifier(new TokenKeys(async () => keys, clock), clock),
  };
  @Module({ controllers: [ThingsController], providers: [verifier, { provide: Gate, useValue: gate }] })
  class ThingsModule {}
  service = await startService({
    name: 'things',
    host: '127.0.0.1',
    port: 0,
    module: ThingsModule,
    logLevel: 'silent',
  });
  tokenOf = (claims = { sub: USER, role: 'trader' }, { expiresAt, audience = TOKEN_AUDIENCE } = {}) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(TOKEN_ISSUER)
      .setAudience(audience)
      .setExpirationTime(expiresAt ?? Math.floor(Date.now() / 1_000) + 60)
      .sign(privateKey);
});
afterAll(() => service.close());

interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies of many shapes
  body: any;
}

async function ask(method: string, path: string, o: { body?: string; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${service.url}${path}`, { method, ...o });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined } as Answer;
}

const send = (body: string, type = 'application/json') =>
  ask('POST', '/v1/things', { body, headers: { 'content-type': type } });

const problem = ({ status, body }: Answer): unknown[] => [status, body.code];

describe('a body', () => {
  it('reaches its handler as the declared class', async () => {
    const { status, body } = await send('{"name":"a"}', 'application/json; charset=utf-8');
    expect([status, body.body, body.isDeclared]).toEqual([201, { name: 'a' }, true]);
  });

  it('is refused with every wrong field, unknown ones included, and nothing is converted', async () => {
    const answer = await send('{"name":5,"entriesPerSymbolMax":"1","admin":true}');
    expect(problem(answer)).toEqual([400, 'invalid-request']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({ type: 'urn:ballast:problem:invalid-request', status: 400 });
    expect(answer.body.errors).toHaveLength(3);
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/name', detail: 'must be a string' },
        { pointer: '/entriesPerSymbolMax', detail: 'must be a whole number' },
        { pointer: '/admin', detail: 'is not a known field' },
      ]),
    );
  });

  it('is refused with pointers into nested lists', async () => {
    const body = JSON.stringify({ legs: [{ size: 1 }, { size: 'x', 'a/b~c': 1 }], note: '' });
    const answer = await ask('PUT', '/v1/things/nested', { body, headers: { 'content-type': 'application/json' } });
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { pointer: '/legs/1/size', detail: 'must be a whole number' },
        { pointer: '/legs/1/a~1b~0c', detail: 'is not a known field' },
      ]),
    );
  });

  it.each(['{', '{"name":', 'name', '{"name":"a"}}', '{"__proto__":{"x":1}}', '{"constructor":{"prototype":{}}}'])(
    'is malformed as %s',
    async (text) => expect(problem(await send(text))).toEqual([400, 'malformed-json']),
  );

  it.each(['[]', 'null', '"text"', '1', '[{"name":"a"}]'])('is not an object as %s', async (text) => {
    const answer = await send(text);
    expect(problem(answer)).toEqual([400, 'invalid-request']);
    expect(answer.body.errors).toBeDefined();
  });

  it('that is absent lacks its fields', async () => {
    const answer = await ask('POST', '/v1/things');
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer: '/name' })]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'is not taken as %s',
    async (type) => expect(problem(await send('{"name":"a"}', type))).toEqual([415, 'unsupported-media-type']),
  );

  it('is taken up to 1 MiB', async () => {
    const padded = (bytes: number) => `{"name":"a"${' '.repeat(bytes - 12)}}`;
    expect((await send(padded(1_048_576))).status).toBe(201);
    expect(problem(await send(padded(1_048_577)))).toEqual([413, 'body-too-large']);
  });
});

describe('a caller', () => {
  const as = (authorization: string, path = '/v1/things/caller') => ask('GET', path, { headers: { authorization } });

  it('is known by a valid token', async () => {
    const { status, body } = await as(`Bearer ${await tokenOf()}`);
    expect([status, body.userId, body.role]).toEqual([200, USER, 'trader']);
  });

  it.each([
    ['an expired token', () => tokenOf(undefined, { expiresAt: Math.floor(Date.now() / 1_000) - 10 })],
    ['a token for others', () => tokenOf(undefined, { audience: 'others' })],
    ['a token without a role', () => tokenOf({ sub: USER })],
    ['a token with a made-up role', () => tokenOf({ sub: USER, role: 'root' })],
    ['a token of nobody', () => tokenOf({ role: 'admin' })],
    ['a changed token', async () => `${(await tokenOf()).slice(0, -4)}AAAA`],
    ['an unsigned token', async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['nonsense', async () => 'a.b.c'],
  ])('is not known by %s', async (_name, token) => {
    const answer = await as(`Bearer ${await token()}`);
    expect(problem(answer)).toEqual([401, 'unauthorized']);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('needs a token, of the right kind', async () => {
    expect(problem(await ask('GET', '/v1/things/caller'))).toEqual([401, 'unauthorized']);
    expect(problem(await as(`Basic ${await tokenOf()}`))).toEqual([401, 'unauthorized']);
  });

  it('needs an allowed role', async () => {
    expect(problem(await as(`Bearer ${await tokenOf()}`, '/v1/things/operators'))).toEqual([403, 'forbidden']);
    const operator = await tokenOf({ sub: USER, role: 'operator' });
    expect((await as(`Bearer ${operator}`, '/v1/things/operators')).status).toBe(200);
  });
});

describe('a problem', () => {
  it('of the world is a 503 that says when to try again and nothing else', async () => {
    const answer = await ask('GET', '/v1/things/failure');
    expect(problem(answer)).toEqual([503, 'service-unavailable']);
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('of ours is a 500 without details', async () => {
    const answer = await ask('GET', '/v1/things/bug');
    expect(problem(answer)).toEqual([500, 'internal-error']);
    expect(JSON.stringify(answer.body)).not.toContain('secret');
  });

  it('shows a refusal with its own code, limit and value', async () => {
    const { body } = await ask('GET', '/v1/things/refused');
    expect(body).toMatchObject({
      type: 'urn:ballast:problem:notional-above-limit',
      title: 'Quantity times worst price is above what one order may be worth.',
      status: 422,
      code: 'notional-above-limit',
      limit: '100.00',
      value: '250.00',
      orderId: 'ord_1',
    });
  });

  it('is a 404 for an unknown path or an id of another kind, and a 405 for a wrong method', async () => {
    expect(problem(await ask('GET', '/nothing'))).toEqual([404, 'not-found']);
    expect(problem(await ask('GET', '/v1/things/other_1'))).toEqual([404, 'not-found']);
    expect((await ask('GET', '/v1/things/thing_1')).body).toEqual({ id: 'thing_1' });
    const answer = await ask('DELETE', '/v1/things');
    expect(problem(answer)).toEqual([405, 'method-not-allowed']);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(problem(await ask('GET', '/%zz'))).toEqual([400, 'invalid-request']);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (key?: string) =>
    ask('POST', '/v1/things/keyed', { headers: key === undefined ? {} : { 'idempotency-key': key } });

  it('is 1 to 128 visible characters', async () => {
    expect((await keyed('k'.repeat(128))).body).toEqual({ key: 'k'.repeat(128) });
    expect(problem(await keyed())).toEqual([400, 'idempotency-key-missing']);
    for (const wrong of ['k'.repeat(129), 'a b', 'ä']) {
      const answer = await keyed(wrong);
      expect(problem(answer)).toEqual([400, 'invalid-request']);
      expect(answer.body.errors[0].pointer).toBe('Idempotency-Key');
    }
  });
});

describe('a trace', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('continues the caller’s, in the handler behind a body, the answer and a problem', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'run-7:a.b_c', traceparent: parent };
    const made = await ask('POST', '/v1/things', { body: '{"name":"a"}', headers });
    expect(made.headers.get('x-request-id')).toBe('run-7:a.b_c');
    expect(made.body.trace).toMatchObject({ correlationId: 'run-7:a.b_c', causationId: 'run-7:a.b_c' });
    expect(made.body.trace.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    );
    const refused = await ask('POST', '/v1/things', { body: '{', headers });
    expect(refused.body.requestId).toBe('run-7:a.b_c');
  });

  it('is the request’s in the handler of a body that arrived late', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': 'late' };
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${service.url}/v1/things`, { method: 'POST', headers }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve(text));
      }).on('error', reject);
      request.write('{"name"');
      setTimeout(() => request.end(':"a"}'), 30);
    });
    expect(JSON.parse(body)).toMatchObject({ trace: { correlationId: 'late' } });
  });

  it('is new where the caller’s is absent or ill-formed', async () => {
    const given: Record<string, string>[] = [{}, { 'x-request-id': 'a b' }, { 'x-request-id': 'a'.repeat(101) }];
    for (const headers of given) {
      const { headers: answered } = await ask('GET', '/health/live', { headers });
      expect(answered.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/);
    }
  });
});

it('is alive and ready', async () => {
  expect((await ask('GET', '/health/live')).body).toEqual({ live: true });
  const { status, body } = await ask('GET', '/health/ready');
  expect([status, body]).toEqual([200, { ready: true, phase: 'serving', checks: [] }]);
});

it('finishes what it has in hand when it drains, and takes nothing new', async () => {
  const arrived = new Promise<void>((resolve) => (gate.arrived = resolve));
  const held = new Promise<{ status: number; body: string }>((resolve, reject) => {
    httpRequest(`${service.url}/v1/things/held`, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
  await arrived;
  const closing = service.close();
  await refusedConnection();
  gate.open();
  expect(await held).toEqual({ status: 200, body: '{"held":true}' });
  const beganAtMs = Date.now();
  await closing;
  expect(Date.now() - beganAtMs).toBeLessThan(2_000);
});

/** Resolves when the service accepts no connection any more. */
async function refusedConnection(): Promise<void> {
  for (;;) {
    const isRefused = await new Promise<boolean>((resolve) => {
      const socket = connect(service.port, '127.0.0.1');
      socket.once('error', () => resolve(true));
      socket.once('connect', () => {
        socket.destroy();
        resolve(false);
      });
    });
    if (isRefused) return;
  }
}
