import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PORTS, freePortNumbers, freePorts, requireFree } from './addresses.js';
import type { Ports } from './addresses.js';
import { ManagedProcess } from './managed-process.js';
import type { ProcessPlan } from './managed-process.js';
import { Supervisor } from './supervisor.js';
import type { UnexpectedEnd } from './supervisor.js';

/** How to run the platform on this machine. */
export interface PlatformOptions {
  /** Where all processes keep their data. */
  readonly dataDir: string;
  /** `default` for the documented ports, `free` for any, as tests need. */
  readonly ports: 'default' | 'free';
  /** More environment for single processes, by name. */
  readonly env?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Every line that a process prints. */
  onLine?(process: string, line: string): void;
  /** Where it is there, a process that was ready once and ends by itself is started again, and this told. */
  onRestart?(end: UnexpectedEnd, pauseMs: number): void;
  /** A process ended that nobody asked to end, and is not started again. */
  onUnexpectedEnd?(reason: string): void;
}

/** A user made at the first start, with the password that only the first start knows. */
export interface FirstLogin {
  readonly username: string;
  readonly password: string;
  readonly role: string;
}

/** A further process of a service and the address of its private HTTP interface. */
export interface Replica {
  readonly url: string;
  readonly process: ManagedProcess;
}

/** What is read of the keys that `local-azure` and `paper-venue` keep in their folders. */
interface Keys {
  readonly cosmosKey?: string;
  readonly serviceBusSharedAccessKey?: string;
  readonly serviceBusPolicies?: Readonly<Record<string, { readonly key: string }>>;
  readonly statusKey?: string;
  readonly keyId?: string;
  readonly secret?: string;
}

const HOST = '127.0.0.1';
const INFRASTRUCTURE = ['local-azure', 'paper-venue'] as const;
const SERVICES = ['accounts', 'orders', 'ledger', 'audit', 'gateway'] as const;
export type ProcessName = (typeof INFRASTRUCTURE)[number] | (typeof SERVICES)[number];

/** Every process of the platform on one machine, as they run in the cloud, with only endpoints and keys different. */
export class Platform {
  private readonly processes = new Map<ProcessName, ManagedProcess>();
  private readonly replicas: ManagedProcess[] = [];
  private readonly supervisor = new Supervisor({
    onRestart: (end, pauseMs) => this.options.onRestart?.(end, pauseMs),
    onGivenUp: ({ reason }) => this.options.onUnexpectedEnd?.(reason),
    now: () => performance.now(),
    later: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  });

  private constructor(
    private readonly options: PlatformOptions,
    readonly ports: Ports,
  ) {}

  /** Starts everything and resolves when all of it is ready; what was started is stopped again when that fails. */
  static async start(options: PlatformOptions): Promise<Platform> {
    const ports = options.ports === 'free' ? await freePorts() : DEFAULT_PORTS;
    if (options.ports === 'default') await requireFree(ports);
    const platform = new Platform(options, ports);
    try {
      await platform.startAll(INFRASTRUCTURE, (name) => platform.infrastructurePlan(name));
      const environmentOf = await platform.serviceEnvironments();
      await platform.startAll(SERVICES, (name) => platform.servicePlan(name, environmentOf(name)));
      return platform;
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** The address of a process's HTTP interface. */
  url(name: ProcessName): string {
    return `http://${HOST}:${this.ports[name]}`;
  }

  /** One process, to be killed and started again. */
  process(name: ProcessName): ManagedProcess {
    const found = this.processes.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  /** Starts one more process of a service beside the first, on a port of its own, and resolves when it is ready. */
  async startReplica(name: (typeof SERVICES)[number], env: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const [port] = await freePortNumbers(1);
    const environmentOf = await this.serviceEnvironments();
    const plan = this.servicePlan(name, { ...environmentOf(name), ...env });
    const url = `http://${HOST}:${port}`;
    const replica = this.manage({
      ...plan,
      name: `${name} (replica)`,
      env: { ...plan.env, PORT: `${port}` },
      readyUrl: `${url}/health/ready`,
    });
    this.replicas.push(replica);
    replica.start();
    await this.readied(replica);
    return { url, process: replica };
  }

  /** The names of the running processes with the operating system's ids. */
  running(): { readonly name: string; readonly pid: number }[] {
    return [...this.processes.values(), ...this.replicas].flatMap(({ pid, plan: { name } }) =>
      pid === undefined ? [] : [{ name, pid }],
    );
  }

  /** The users that the first start made. */
  async firstLogins(): Promise<FirstLogin[]> {
    const text = await readFile(join(this.options.dataDir, 'accounts', 'first-logins.json'), 'utf8');
    return JSON.parse(text) as FirstLogin[];
  }

  /** Where people look into the Service Bus and into Cosmos DB, with the key that opens both pages. */
  async pages(): Promise<{ serviceBus: string; cosmos: string }> {
    const { statusKey = '' } = await this.keysOf('local-azure');
    const key = encodeURIComponent(statusKey);
    return {
      serviceBus: `http://${HOST}:${this.ports['service-bus']}/$status?key=${key}`,
      cosmos: `${this.url('local-azure')}/$data?key=${key}`,
    };
  }

  /** Stops the services, then what they stand on; resolves with the names of processes that had to be killed. */
  async stop(): Promise<string[]> {
    this.supervisor.stop();
    const stopped = async (names: readonly ProcessName[], others: readonly ManagedProcess[]): Promise<string[]> => {
      const running = [...names.flatMap((name) => this.processes.get(name) ?? []), ...others];
      const inTime = await Promise.all(running.map((managed) => managed.stop()));
      return running.filter((_managed, index) => inTime[index] === false).map((managed) => managed.plan.name);
    };
    return [...(await stopped(SERVICES, this.replicas)), ...(await stopped(INFRASTRUCTURE, []))];
  }

  private async startAll<N extends ProcessName>(names: readonly N[], planOf: (name: N) => ProcessPlan): Promise<void> {
    const managed = names.map((name) => {
      const one = this.manage(planOf(name));
      this.processes.set(name, one);
      one.start();
      return one;
    });
    await Promise.all(managed.map((one) => this.readied(one)));
  }

  private async readied(managed: ManagedProcess): Promise<void> {
    await managed.ready();
    if (this.options.onRestart !== undefined) this.supervisor.watch(managed);
  }

  private manage(plan: ProcessPlan): ManagedProcess {
    const managed: ManagedProcess = new ManagedProcess(plan, {
      onLine: (line) => this.options.onLine?.(plan.name, line),
      onUnexpectedEnd: (end) => {
        if (!this.supervisor.ended(managed, end)) this.options.onUnexpectedEnd?.(end.reason);
      },
    });
    return managed;
  }

  private infrastructurePlan(name: (typeof INFRASTRUCTURE)[number]): ProcessPlan {
    const ports: Record<string, string> =
      name === 'local-azure'
        ? { COSMOS_PORT: `${this.ports['local-azure']}`, AMQP_PORT: `${this.ports['service-bus']}` }
        : { PORT: `${this.ports['paper-venue']}` };
    return this.plan(name, ports, '/health');
  }

  private servicePlan(name: (typeof SERVICES)[number], environment: Readonly<Record<string, string>>): ProcessPlan {
    return this.plan(name, { ...environment, PORT: `${this.ports[name]}` }, '/health/ready');
  }

  private plan(name: ProcessName, env: Readonly<Record<string, string>>, readyPath: string): ProcessPlan {
    return {
      name,
      entry: `dist/${name}/main.mjs`,
      env: { HOST, DATA_DIR: join(this.options.dataDir, name), ...env, ...this.options.env?.[name] },
      readyUrl: `${this.url(name)}${readyPath}`,
    };
  }

  private async keysOf(name: ProcessName): Promise<Keys> {
    return JSON.parse(await readFile(join(this.options.dataDir, name, 'keys.json'), 'utf8')) as Keys;
  }

  /** Where the local store is, and the key that opens all of it. */
  async storeAccess(): Promise<{ endpoint: string; key: string }> {
    return { endpoint: this.url('local-azure'), key: (await this.keysOf('local-azure')).cosmosKey ?? '' };
  }

  /** What a consumer connects to the local bus with: as the service of that name, or allowed everything. */
  async busConnectionString(name?: ProcessName): Promise<string> {
    const own = name && (await this.keysOf('local-azure')).serviceBusPolicies?.[name];
    if (own && name) return this.busAs(name, own.key);
    return this.busAs('RootManageSharedAccessKey', (await this.keysOf('local-azure')).serviceBusSharedAccessKey);
  }

  private busAs(policy: string, key: string | undefined): string {
    return `Endpoint=sb://${HOST}:${this.ports['service-bus']};SharedAccessKeyName=${policy};SharedAccessKey=${key};UseDevelopmentEmulator=true`;
  }

  /** The environment of each service. Who has a policy of its own on the bus may do there only what that says. */
  private async serviceEnvironments(): Promise<(name: (typeof SERVICES)[number]) => Record<string, string>> {
    const [azure, venue] = await Promise.all([this.keysOf('local-azure'), this.keysOf('paper-venue')]);
    const { endpoint, key } = await this.storeAccess();
    const common = {
      COSMOS_ENDPOINT: endpoint,
      COSMOS_KEY: key,
      COSMOS_DATABASE: 'ballast',
      SERVICE_BUS_CONNECTION_STRING: await this.busConnectionString(),
      ACCOUNTS_URL: this.url('accounts'),
      ORDERS_URL: this.url('orders'),
      LEDGER_URL: this.url('ledger'),
      AUDIT_URL: this.url('audit'),
      VENUE_URL: this.url('paper-venue'),
      VENUE_POST_ONLY: 'true',
      VENUE_KEY_ID: venue.keyId ?? '',
      VENUE_SECRET: venue.secret ?? '',
    };
    return (name) => {
      const own = azure.serviceBusPolicies?.[name];
      return own === undefined ? common : { ...common, SERVICE_BUS_CONNECTION_STRING: this.busAs(name, own.key) };
    };
  }
}
