import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clockFile, guardFile, killFile } from '@ballast/faults';
import type { Guard, KillPoint } from '@ballast/faults';
import type { ProcessName } from '@ballast/launcher';
import { freePortNumbers } from '../../../launcher/src/addresses.js';
import type { ManagedProcess } from '../../../launcher/src/managed-process.js';
import { HeldLink } from '../held-link.js';
import { Stage } from '../stage.js';
import { KeptLogs } from './kept-logs.js';

/** Services that read fault switches: all that keep anything. */
const SWITCHED = ['accounts', 'orders', 'ledger', 'audit'] as const;
export type SwitchedService = (typeof SWITCHED)[number];
export type ServiceName = SwitchedService | 'gateway';

/** A process that the campaign may end, by the name under which it is spoken of. */
export interface Victim {
  readonly name: string;
  readonly process: ManagedProcess;
}

/** How a campaign's platform is built. */
export interface FaultStageOptions {
  /** Services of which there are two. */
  readonly replicated: readonly ServiceName[];
  readonly without: readonly Guard[];
  /** A process came to a kill point, or crashed, and is started again. */
  onRestart(reason: string): void;
}

/** The platform with two replicas, every one of the second behind links that can be disturbed, and everything that can go wrong. */
export class FaultStage {
  readonly victims: Victim[] = [];
  readonly links = new Map<string, HeldLink>();
  readonly gateways: string[] = [];
  /** Milliseconds that the slowest service took to its readiness, alone. */
  bootMsMax = 0;

  private constructor(
    readonly stage: Stage,
    /** Where everything of the campaign lies: what the processes keep, what they said, and the switches of their faults. */
    readonly folder: string,
    private readonly logs: KeptLogs,
    private readonly controlPort: number,
  ) {}

  static async open(options: FaultStageOptions): Promise<FaultStage> {
    const folder = await mkdtemp(join(tmpdir(), 'ballast-faults-'));
    const logs = new KeptLogs(join(folder, 'logs'));
    const [controlPort = 0] = await freePortNumbers(1);
    for (const service of SWITCHED) await mkdir(join(folder, 'switches', service), { recursive: true });
    const env = Object.fromEntries(
      SWITCHED.map((name) => [name, { ...QUIET, FAULTS_DIR: join(folder, 'switches', name) }]),
    );
    const stage = await Stage.open(
      {
        ...env,
        orders: { ...env['orders'], LOSSES_IN_A_ROW_MAX: '1000', DAILY_LOSS_USD_MAX: '100000000' },
        gateway: QUIET,
        'local-azure': { FAULT_CONTROL: 'true', FAULT_PORT: `${controlPort}` },
      },
      {
        isAdminEnrolled: false,
        dataDir: join(folder, 'data'),
        onLine: (process, line) => logs.add(process, line),
        onRestart: ({ reason }) => options.onRestart(reason),
      },
    );
    const opened = new FaultStage(stage, folder, logs, controlPort);
    try {
      await opened.addReplicas(options.replicated);
      for (const guard of options.without) await opened.switchOff(guard);
      return opened;
    } catch (error) {
      await opened.close({ keepData: false });
      throw error;
    }
  }

  victim(name: string): ManagedProcess {
    const found = this.victims.find((victim) => victim.name === name);
    if (found === undefined) throw new Error(`there is no process ${name}`);
    return found.process;
  }

  /** The next process of the service that comes to the point dies there. */
  armKill(service: SwitchedService, point: KillPoint): Promise<void> {
    return writeFile(killFile(this.switchesOf(service), point), '');
  }

  /** Whether nobody has come to the point since it was armed. */
  isArmed(service: SwitchedService, point: KillPoint): boolean {
    return existsSync(killFile(this.switchesOf(service), point));
  }

  /** The clock of all replicas of the service is wrong by so many milliseconds. */
  setClock(service: SwitchedService, offsetMs: number): Promise<void> {
    return writeFile(clockFile(this.switchesOf(service)), `${offsetMs}`);
  }

  /** Takes all switches back but those of guards. */
  async clearSwitches(): Promise<void> {
    for (const service of SWITCHED) {
      const folder = this.switchesOf(service);
      for (const point of ['after-commit', 'after-venue-call', 'after-handling'] as const)
        await rm(killFile(folder, point), { force: true });
      await rm(clockFile(folder), { force: true });
    }
  }

  /** Orders a fault of local-azure, and tells how it is ended before its time; nothing happens while that is away. */
  async azureFault(fault: object): Promise<() => Promise<void>> {
    const answer = await this.control('POST', fault);
    const { id } = ((await answer?.json()) ?? {}) as { id?: string };
    // Of a local-azure that was killed meanwhile nothing is left to end.
    return async () => void (await this.control('DELETE', undefined, `/${id}`).catch(() => undefined));
  }

  /** Ends all faults of local-azure and of the broker, and repairs every link. */
  async clearFaults(): Promise<void> {
    for (const link of this.links.values()) {
      link.slowBy(0);
      link.release();
    }
    await this.control('DELETE');
    await this.stage.clearFaults();
    await this.clearSwitches();
  }

  async close({ keepData }: { keepData: boolean }): Promise<void> {
    for (const { process: managed } of this.victims) if (managed.pid !== undefined) resume(managed.pid);
    await this.stage.platform.stop();
    for (const link of this.links.values()) await link.close();
    await this.logs.close();
    if (!keepData) await rm(this.folder, { recursive: true, force: true });
  }

  private switchesOf(service: SwitchedService): string {
    return join(this.folder, 'switches', service);
  }

  private async addReplicas(names: readonly ServiceName[]): Promise<void> {
    const { platform } = this.stage;
    const all: readonly ProcessName[] = [
      'local-azure',
      'paper-venue',
      'accounts',
      'orders',
      'ledger',
      'audit',
      'gateway',
    ];
    for (const name of all) this.victims.push({ name, process: platform.process(name) });
    this.gateways.push(platform.url('gateway'));
    const urls: Record<string, string> = {};
    // One after the other: they would only take the processors from each other.
    for (const name of names) {
      const env = name === 'gateway' ? urls : await this.throughLinks(name);
      const startedAtMs = performance.now();
      const replica = await platform.startReplica(name, env);
      this.bootMsMax = Math.max(this.bootMsMax, performance.now() - startedAtMs);
      urls[`${name.toUpperCase()}_URL`] = replica.url;
      this.victims.push({ name: `${name} 2`, process: replica.process });
      if (name === 'gateway') this.gateways.push(replica.url);
    }
  }

  /** Where a second replica finds the store and the bus: behind links. */
  private async throughLinks(name: SwitchedService): Promise<Record<string, string>> {
    const { ports } = this.stage.platform;
    const store = await HeldLink.to(ports['local-azure']);
    const bus = await HeldLink.to(ports['service-bus']);
    this.links.set(`${name} 2 to the store`, store).set(`${name} 2 to the bus`, bus);
    const direct = await this.stage.platform.busConnectionString(name);
    return {
      COSMOS_ENDPOINT: store.url,
      SERVICE_BUS_CONNECTION_STRING: direct.replace(`:${ports['service-bus']};`, `:${bus.port};`),
    };
  }

  private async switchOff(guard: Guard): Promise<void> {
    for (const service of SWITCHED) await writeFile(guardFile(this.switchesOf(service), guard), '');
  }

  /** The faults of local-azure that nothing gets through; none while that is away. */
  async blockades(): Promise<string[]> {
    const answer = await this.control('GET').catch(() => undefined);
    const { faults = [] } = ((await answer?.json()) ?? {}) as { faults?: StandingFault[] };
    return faults.flatMap(({ kind, percent }) => (percent === 100 && kind.endsWith('storage-full') ? [kind] : []));
  }

  private async control(method: string, body?: object, below = ''): Promise<Response | undefined> {
    const keys = JSON.parse(await readFile(join(this.stage.dataDir, 'local-azure', 'keys.json'), 'utf8')) as {
      faultControlKey: string;
    };
    const response = await fetch(`http://127.0.0.1:${this.controlPort}/faults${below}`, {
      method,
      headers: { authorization: `Bearer ${keys.faultControlKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch(() => undefined);
    if (response !== undefined && !response.ok)
      throw new Error(`local-azure refused the fault: ${await response.text()}`);
    return response;
  }
}

interface StandingFault {
  readonly kind: string;
  readonly percent: number;
}

/** A line per request would take the processors away from what is tested; who looks for a cause may want more. */
const QUIET = { LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' };

/** Lets a process that was stopped go on; nothing where it has ended. */
export function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has ended.
  }
}
