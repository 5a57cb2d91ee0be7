import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '../../../launcher/src/managed-process.js';
import { resume } from './fault-stage.js';
import type { FaultStage } from './fault-stage.js';
import { describeDisturbance } from './schedule.js';
import type { Disturbance, Planned } from './schedule.js';

/** How long a process took from its start until it was ready again. */
export interface Recovery {
  readonly name: string;
  readonly ms: number;
}

/** Milliseconds for which a process is waited for when everything is healed. */
const HEAL_MS_MAX = 90_000;

/** A process did not come back though nothing was wrong any more. */
export class NotHealed extends Error {
  override readonly name = 'NotHealed';
}

/** Carries a plan out, and heals what it broke. */
export class Disturber {
  readonly recoveries: Recovery[] = [];
  readonly said: string[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly isAway = new Set<string>();
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

  /** Starts what is away, lets go on what stands still, and takes every fault back; resolves when all are ready. */
  async heal(): Promise<void> {
    this.healing.abort();
    await this.platform.clearSwitches();
    await Promise.all(this.underWay);
    for (const { process } of this.platform.victims) if (process.pid !== undefined) resume(process.pid);
    // The broker may not be there yet.
    await this.platform.clearFaults().catch(() => undefined);
    await Promise.all(this.platform.victims.map(({ process }) => readyAgain(process)));
    await this.platform.clearFaults();
  }

  private async disturb(disturbance: Disturbance): Promise<void> {
    switch (disturbance.kind) {
      case 'kill':
        return this.kill(disturbance.victim, disturbance.awayMs);
      case 'stall':
        return this.stall(disturbance.victim, disturbance.forMs);
      case 'kill-point':
        return this.platform.armKill(disturbance.service, disturbance.point);
      case 'azure':
        return this.platform.azureFault(disturbance.fault);
      case 'venue':
        return this.platform.stage.faults(disturbance.fault);
      case 'link':
        return this.disturbLink(disturbance);
      case 'clock':
        return this.platform.setClock(disturbance.service, disturbance.offsetMs);
    }
  }

  private async kill(name: string, awayMs: number): Promise<void> {
    if (this.isAway.has(name)) return;
    this.isAway.add(name);
    const managed = this.platform.victim(name);
    await managed.kill();
    await this.pause(awayMs);
    const startedAtMs = performance.now();
    managed.start();
    this.isAway.delete(name);
    await readyAgain(managed);
    this.recoveries.push({ name, ms: Math.round(performance.now() - startedAtMs) });
  }

  private async stall(name: string, forMs: number): Promise<void> {
    const { pid } = this.platform.victim(name);
    if (pid === undefined) return;
    process.kill(pid, 'SIGSTOP');
    await this.pause(forMs);
    resume(pid);
  }

  private async disturbLink({ link: name, how, forMs }: Disturbance & { kind: 'link' }): Promise<void> {
    const link = this.platform.links.get(name);
    if (how === 'cut') return link?.cut();
    if (how === 'hold') link?.hold();
    else link?.slowBy(SLOW_MS);
    await this.pause(forMs);
    link?.release();
    link?.slowBy(0);
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.healing.signal }).catch(() => undefined);
  }
}

/** Resolves when the process is ready, however often it ends before; throws with what it says of itself after a while. */
async function readyAgain({ plan }: ManagedProcess): Promise<void> {
  const giveUpAtMs = Date.now() + HEAL_MS_MAX;
  for (;;) {
    const answer = await fetch(plan.readyUrl, { signal: AbortSignal.timeout(LOOK_MS_MAX) }).catch(() => undefined);
    const said = await answer?.text().catch(() => '');
    if (answer?.ok === true) return;
    if (Date.now() > giveUpAtMs) throw new NotHealed(`${plan.name} is not ready: ${said ?? 'it does not answer'}`);
    await delay(LOOK_EVERY_MS);
  }
}

const LOOK_EVERY_MS = 50;
/** Milliseconds one look at a process's health may take. */
const LOOK_MS_MAX = 2_500;
/** Milliseconds that a slow link takes longer. */
const SLOW_MS = 300;
