import { monitorRemoved, monitorSet } from '@ballast/contracts/ledger';
import type { MonitorList, MonitorView } from '@ballast/contracts/ledger';
import type { Caller } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './adapters/ledger.store.js';
import { AnswerOnce } from './answer-once.js';
import type { CapitalAnswer, CapitalRequest, RequestDecision } from './answer-once.js';
import { mayUse } from './domain/access.js';
import type { Account } from './domain/account.js';
import { monitorViewOf } from './domain/capital-views.js';
import { decideMonitor } from './domain/monitors.js';
import type { MonitorRule } from './domain/monitors.js';

/** A decoded request to set a monitor, or to remove the one with this name. */
export interface MonitorCommand extends CapitalRequest {
  readonly kind: 'monitor';
  readonly monitorId: string;
  /** Whether the monitor before is the one that the caller saw, `undefined` where there was none; any will do where it is left out. */
  readonly wasSeen?: (before: MonitorView | undefined) => boolean;
}

/** Sets, removes and shows the monitors of a profile. */
@Injectable()
export class SetMonitor {
  constructor(
    private readonly answers: AnswerOnce,
    private readonly ledger: LedgerStore,
  ) {}

  /**
   * Sets a monitor in the place of the one with its name. One that is beyond its threshold already says so at once.
   * Throws `Failure` while the store cannot be reached; repeating the request is safe.
   */
  set(command: MonitorCommand, rule: MonitorRule): Promise<CapitalAnswer<MonitorView>> {
    return this.answers.execute<MonitorView>(command, (account) => setIn(account, command, rule));
  }

  /** Removes a monitor; `not-found` where there is none. Throws `Failure` while the store cannot be reached. */
  remove(command: MonitorCommand): Promise<CapitalAnswer<MonitorList>> {
    return this.answers.execute<MonitorList>(command, (account) => {
      const { profileId, monitorId, caller } = command;
      if (!Object.hasOwn(account.monitors, monitorId)) return { outcome: 'not-found' };
      const { [monitorId]: _removed, ...monitors } = account.monitors;
      const data = { profileId, asset: account.asset, monitorId, actor: caller.userId };
      const event = { declaration: monitorRemoved, subject: profileId, data };
      const next = { ...account, monitors };
      return { outcome: 'done', change: { account: next, event, result: monitorsOf(next) } };
    });
  }

  /** One of them; `undefined` also where there is none of that name. */
  async one(profileId: string, monitorId: string, caller: Caller): Promise<MonitorView | undefined> {
    return (await this.list(profileId, caller))?.items.find(({ id }) => id === monitorId);
  }

  /** `undefined` for a profile that does not exist or is not the caller's. Throws `Failure` while the store is away. */
  async list(profileId: string, caller: Caller): Promise<MonitorList | undefined> {
    const account = await this.ledger.account(profileId);
    return account !== undefined && mayUse(caller, account.ownerId) ? monitorsOf(account) : undefined;
  }
}

function setIn(account: Account, command: MonitorCommand, rule: MonitorRule): RequestDecision<MonitorView> {
  const { monitorId, profileId, caller, wasSeen = () => true } = command;
  if (!wasSeen(monitorOf(account, monitorId))) return { outcome: 'stale' };
  const decision = decideMonitor(account, { id: monitorId, rule });
  if (decision.outcome === 'refused') return decision;
  const { account: next, monitor } = decision;
  const { measure, threshold, hysteresis } = rule;
  const set = { monitorId, measure, thresholdUnits: `${threshold}`, hysteresisUnits: `${hysteresis}` };
  const data = { profileId, asset: account.asset, ...set, actor: caller.userId };
  const event = { declaration: monitorSet, subject: profileId, data };
  return { outcome: 'done', change: { account: next, event, result: monitorViewOf(next, monitorId, monitor) } };
}

function monitorOf(account: Account, monitorId: string): MonitorView | undefined {
  return monitorsOf(account).items.find(({ id }) => id === monitorId);
}

function monitorsOf(account: Account): MonitorList {
  const byName = Object.entries(account.monitors).sort(([left], [right]) => (left < right ? -1 : 1));
  return { items: byName.map(([id, monitor]) => monitorViewOf(account, id, monitor)) };
}
