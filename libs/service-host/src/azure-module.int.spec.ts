import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure, PRODUCT_ID, topology } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { profileCreated } from '@ballast/contracts/accounts';
import type { ProfileCreatedV1 } from '@ballast/contracts/accounts';
import { ContainerStore, eventRow } from '@ballast/cosmos';
import { currentTrace } from '@ballast/service-bus';
import { startLocalAzure } from '@ballast/local-azure';
import type { LocalAzure } from '@ballast/local-azure';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { IsString } from 'class-validator';
import { AzureModule, Clock, InjectStore, Public, startService } from './index.js';
import type { PlatformSettings, RunningService } from './index.js';

const WAIT_MS_MAX = 15_000;
const USER = `usr_${'a'.repeat(26)}`;

let directory: string;
let azure: LocalAzure;
let heard: { event: EventEnvelope; correlationId: string | undefined }[];
let failuresLeft: number;

class MakeRequest {
  @IsString()
  profileId!: string;
}

/** Makes a profile and hears that it was made. */
@Controller()
class ProfilesController {
  constructor(
    @InjectStore('trade_profiles') private readonly store: ContainerStore,
    private readonly clock: Clock,
  ) {}

  @Public()
  @Post('profiles')
  async make(@Body() { profileId }: MakeRequest): Promise<object> {
    const event: EventEnvelope<ProfileCreatedV1> = {
      id: `accounts:${profileId}:1`,
      type: profileCreated.type,
      source: '/accounts',
      subject: profileId,
      time: this.clock.iso(),
      partitionkey: profileId,
      correlationid: currentTrace()?.correlationId ?? '',
      data: { profileId, ownerId: USER, name: 'x', entriesPerSymbolMax: 1 },
    };
    await this.store.commit(
      [PRODUCT_ID, profileId],
      [{ create: eventRow(event, { productId: PRODUCT_ID, profileId }) }],
    );
    return {};
  }

  @EventPattern('profile.created.v1')
  async hear(@Payload() event: EventEnvelope<ProfileCreatedV1>): Promise<void> {
    if (failuresLeft > 0) {
      failuresLeft -= 1;
      throw new Failure('not-yet', 'a precondition is missing');
    }
    heard.push({ event, correlationId: currentTrace()?.correlationId });
  }
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'service-host-'));
  azure = await startLocalAzure({ dataDir: directory, topology });
  heard = [];
  failuresLeft = 0;
});
afterEach(async () => {
  await azure.close();
  await rm(directory, { recursive: true, force: true });
});

const settings = (): PlatformSettings => ({
  host: '127.0.0.1',
  port: 0,
  cosmos: { endpoint: azure.cosmosEndpoint, key: azure.cosmosKey, database: azure.database },
  serviceBus: { connectionString: azure.serviceBusConnectionString },
  accountsUrl: 'http://127.0.0.1:9',
  logLevel: 'silent',
});

function start(platform = settings()): Promise<RunningService> {
  @Module({
    imports: [
      AzureModule.forRoot({
        settings: platform,
        service: 'accounts',
        topic: 'accounts',
        containers: [{ name: 'trade_profiles', relayed: true }, { name: 'trading_users' }],
        tokenKeys: { keys: [{ kty: 'EC', crv: 'P-256', kid: 'k', ...POINT }] },
      }),
    ],
    controllers: [ProfilesController],
  })
  class ProfilesModule {}
  return startService({
    name: 'profiles',
    host: platform.host,
    port: platform.port,
    module: ProfilesModule,
    listeners: [{ topic: 'accounts', subscription: 'orders' }],
    logLevel: platform.logLevel,
  });
}

/** The base point of P-256, a valid public key. */
const POINT = {
  x: Buffer.from('6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex').toString('base64url'),
  y: Buffer.from('4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5', 'hex').toString('base64url'),
};

const profileId = (letter: string): string => `prf_${letter.repeat(26)}`;

const make = (service: RunningService, letter: string) =>
  fetch(`${service.url}/profiles`, {
    method: 'POST',
    body: JSON.stringify({ profileId: profileId(letter) }),
    headers: { 'content-type': 'application/json', 'x-request-id': `make-${letter}` },
  });

async function readiness(service: RunningService): Promise<{ status: number; checks: Record<string, boolean> }> {
  const response = await fetch(`${service.url}/health/ready`);
  const { checks } = (await response.json()) as { checks: { name: string; ok: boolean }[] };
  return { status: response.status, checks: Object.fromEntries(checks.map(({ name, ok }) => [name, ok])) };
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + WAIT_MS_MAX;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('publishes what is committed, hears it in its trace, and is ready with everything', async () => {
  const service = await start();
  try {
    await eventually(async () => (await readiness(service)).status === 200);
    expect((await readiness(service)).checks).toEqual({
      store: true,
      'token-keys': true,
      'relay trade_profiles': true,
      listeners: true,
    });
    expect((await make(service, 'b')).status).toBe(201);
    await eventually(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ correlationId: 'make-b', event: { id: `accounts:${profileId('b')}:1` } });
  } finally {
    await service.close();
  }
});

it('tries a message again after a failure, and never counts it as handled', async () => {
  const service = await start();
  try {
    failuresLeft = 3;
    await make(service, 'c');
    await eventually(() => heard.length === 1);
    expect(failuresLeft).toBe(0);
  } finally {
    await service.close();
  }
});

it('goes on where it stopped after a restart', async () => {
  const first = await start();
  await eventually(async () => (await readiness(first)).status === 200);
  await make(first, 'd');
  await first.close();
  const second = await start();
  try {
    await make(second, 'e');
    await eventually(() => heard.length >= 2);
    expect(heard.map(({ event }) => event.subject).sort()).toEqual([profileId('d'), profileId('e')]);
  } finally {
    await second.close();
  }
});

it('answers 503 and is not ready without a store, and starts all the same', async () => {
  const service = await start({
    ...settings(),
    cosmos: { endpoint: 'http://127.0.0.1:9/', key: azure.cosmosKey, database: azure.database },
  });
  try {
    const answer = await make(service, 'f');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    await eventually(async () => (await readiness(service)).checks['listeners'] === true);
    const { status, checks } = await readiness(service);
    expect(status).toBe(503);
    expect(checks).toMatchObject({ store: false, 'relay trade_profiles': false });
  } finally {
    await service.close();
  }
});

it('gives a service only its own containers', () => {
  const wire = (service: string, name: string, relayed = false) =>
    AzureModule.forRoot({ settings: settings(), service, containers: [{ name, relayed }] });
  expect(() => wire('ledger', 'trade_profiles')).toThrow('does not give the container trade_profiles to ledger');
  expect(() => wire('accounts', 'nothing')).toThrow('does not give the container nothing');
  expect(() => wire('accounts', 'trade_profiles', true)).toThrow('names no topic');
});
