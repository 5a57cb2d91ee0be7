import { setTimeout as delay } from 'node:timers/promises';
import { resume } from './fault-stage.js';
import type { FaultStage } from './fault-stage.js';
import { readyAgain } from './recovery.js';
import type { Recovery } from './recovery.js';
import { describeDisturbance } from './schedule.js';
import type { Disturbance, Place, Planned } from './schedule.js';

/** Carries a plan out, and heals what it broke. */
export class Disturber {
  readonly recoveries: Recovery[] = [];
  readonly said: string[] = [];
  /** Kill points that were armed, and whether a process died there, by their names; told when healing begins. */
  readonly killPoints = new Map<string, boolean>();
  private readonly underWay = new Set<Promise<void>>();
  private readonly armed: Place[] = [];
  private readonly isAway = new Set<string>();
  /** Processes that are not ready, or stand still, and links that are disturbed: what others wait for. */
  private readonly out = new Set<string>();
  private blockadesSeen = { atMs: Number.NEGATIVE_INFINITY, count: 0 };
  private readonly healing = new AbortController();

  constructor(private readonly platform: FaultStage) {}

  /** Resolves when the last of the plan has begun; what lasts longer is over after `heal`. */
  async run(plan: readonly Planned[]): Promise<void> {
    const startedAtMs = performance.now();
    for (const planned of plan) {
      await delay(Math.max(0, planned.atMs - (performance.now() - startedAtMs)));
      const { atMs: _atMs, ...disturbance } = planned;
      this.said.push(`${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s ${describeDisturbance(disturbance)}`);
      const done = this.disturb(disturbance).catch(
        (error: unknown) => void this.said.push(`  was not possible: ${error}`),
      );
      this.underWay.add(done);
      void done.finally(() => this.underWay.delete(done));
    }
  }

  /**
   * Starts what is away, lets go on what stands still, and takes every fault back as soon as there is somebody to take it
   * back; `free` is called then. Resolves when all are ready. Throws `NotHealed`.
   */
  async heal(free: () => void): Promise<void> {
    this.healing.abort();
    for (const { service, point } of this.armed)
      this.killPoints.set(`${service} ${point}`, !this.platform.isArmed(service, point));
    await this.platform.clearSwitches();
    for (const { process } of this.platform.victims) if (process.pid !== undefined) resume(process.pid);
    await Promise.all(
      SERVERS.map((name) => this.backAgain(name, () => this.platform.clearFaults().catch(() => undefined))),
    );
    await this.platform.clearFaults();
    free();
    await Promise.all(this.underWay);
    // What was ordered at the last moment.
    await this.platform.clearFaults();
    await Promise.all(this.platform.victims.map(({ name }) => this.backAgain(name)));
  }

  private async disturb(disturbance: Disturbance): Promise<void> {
    switch (disturbance.kind) {
      case 'kill':
        return this.kill(disturbance.victim, disturbance.awayMs);
      case 'stall':
        return this.stall(disturbance.victim, disturbance.forMs);
      case 'kill-point':
        this.armed.push(disturbance);
        return this.platform.armKill(disturbance.service, disturbance.point);
      case 'azure':
        return this.azureFault(disturbance);
      case 'venue':
        return this.insist(() =>
          this.platform.stage.faults(disturbance.fault, ...(disturbance.with ? [disturbance.with] : [])),
        );
      case 'link':
        return this.disturbLink(disturbance);
      case 'clock':
        return this.platform.setClock(disturbance.service, disturbance.offsetMs);
    }
  }

  private async azureFault({ fault, forMs }: Disturbance & { kind: 'azure' }): Promise<void> {
    const end = await this.platform.azureFault(fault);
    if (forMs === undefined) return;
    await this.pause(forMs);
    await end();
  }

  /** Orders it as soon as there is somebody to take the order, unless healing begins before. */
  private async insist(order: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await order();
      } catch (error) {
        if (this.healing.signal.aborted) throw error;
        await this.pause(INSIST_EVERY_MS);
      }
    }
  }

  private async kill(name: string, awayMs: number): Promise<void> {
    if (this.isAway.has(name)) return;
    this.isAway.add(name);
    this.out.add(name);
    const managed = this.platform.victim(name);
    await managed.kill();
    await this.pause(awayMs);
    managed.start();
    this.isAway.delete(name);
    const recovery = await this.backAgain(name);
    this.out.delete(name);
    this.recoveries.push(recovery);
  }

  private backAgain(name: string, look?: () => Promise<void>): Promise<Recovery> {
    return readyAgain(name, this.platform.victim(name), async () => {
      await look?.();
      return this.isHindered(name);
    });
  }

  /** Whether something that the process needs is away, stands still or is full, or the way to it is disturbed. */
  private async isHindered(name: string): Promise<boolean> {
    const isOut = [...this.out].some((other) => other !== name && isNeededBy(name, other));
    if (isOut || SERVERS.includes(name)) return isOut;
    if (performance.now() - this.blockadesSeen.atMs > BLOCKADES_EVERY_MS)
      this.blockadesSeen = { atMs: performance.now(), count: (await this.platform.blockades()).length };
    return this.blockadesSeen.count > 0;
  }

  private async stall(name: string, forMs: number): Promise<void> {
    const { pid } = this.platform.victim(name);
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    this.out.add(name);
    await this.pause(forMs);
    resume(pid);
    if (!this.isAway.has(name)) this.out.delete(name);
  }

  private async disturbLink({ link: name, how, forMs }: Disturbance & { kind: 'link' }): Promise<void> {
    const link = this.platform.links.get(name);
    if (how === 'cut') return link?.cut();
    if (how === 'hold') link?.hold();
    else link?.slowBy(SLOW_MS);
    this.out.add(name);
    await this.pause(forMs);
    this.out.delete(name);
    link?.release();
    link?.slowBy(0);
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.healing.signal }).catch(() => undefined);
  }
}

/** What everything stands on, and who takes faults back. */
const SERVERS = ['local-azure', 'paper-venue'];

/** Whether a process or link is one without which the process cannot be ready: readiness asks accounts for its keys. */
function isNeededBy(name: string, other: string): boolean {
  if (other.startsWith(`${name} to `)) return true;
  if (other === 'local-azure') return name !== 'paper-venue';
  return other.startsWith('accounts') && !SERVERS.includes(name) && !name.startsWith('accounts');
}

/** Milliseconds for which what stands at local-azure is taken to stand. */
const BLOCKADES_EVERY_MS = 250;
/** Milliseconds between two orders of a fault while nobody takes them. */
const INSIST_EVERY_MS = 250;
/** Milliseconds that a slow link takes longer. */
const SLOW_MS = 300;
