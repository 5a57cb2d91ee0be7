import { Injectable } from '@nestjs/common';
import { HeadStore, eventRow } from '@ballast/cosmos';
import type { Change, ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { ControlMode, ControlsChangedV1 } from '@ballast/contracts/orders';
import { controlsChanged } from '@ballast/contracts/orders';
import { currentTrace } from '@ballast/service-bus';
import { Clock, InjectStore } from '@ballast/service-host';
import { UNTOUCHED_CONTROLS } from '../domain/controls.js';
import type { Controls } from '../domain/controls.js';

const SWITCH_ID = 'global';
const PARTITION = [PRODUCT_ID];
/** Milliseconds for which another replica's change may go unseen. */
const CONTROLS_AGE_MS_MAX = 1_000;

interface ControlsDocument {
  readonly id: typeof SWITCH_ID;
  readonly kind: 'controls';
  readonly productId: string;
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  readonly epoch: number;
  readonly changedAt: string;
}

/** The kill switch as stored, read again at least once a second while it is asked for. */
@Injectable()
export class ControlSwitch {
  private readonly heads: HeadStore<ControlsDocument>;
  private latest: { readonly atMs: number; readonly value: Promise<Controls> } | undefined;

  constructor(
    @InjectStore('trading_controls') store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.heads = new HeadStore<ControlsDocument>(store, { headId: () => SWITCH_ID });
  }

  /** What is allowed now; at most a second old. Throws `Failure` while the store cannot be reached. */
  current(): Promise<Controls> {
    const atMs = this.clock.now();
    if (this.latest !== undefined && atMs - this.latest.atMs < CONTROLS_AGE_MS_MAX) return this.latest.value;
    const latest = { atMs, value: this.read() };
    this.latest = latest;
    latest.value.catch(() => {
      if (this.latest === latest) this.latest = undefined;
    });
    return latest.value;
  }

  /** Replaces the switch and publishes the change in one batch; `undefined` from `decide` changes nothing. */
  async change(
    decide: (current: Controls, at: string) => (Controls & { changedAt: string }) | undefined,
  ): Promise<Controls> {
    const changed = await this.heads.change(PARTITION, (document): Change<ControlsDocument, Controls> => {
      const current = document === undefined ? UNTOUCHED_CONTROLS : controlsOf(document);
      const next = decide(current, this.clock.iso());
      if (next === undefined) return { result: current };
      const head: ControlsDocument = { id: SWITCH_ID, kind: 'controls', productId: PRODUCT_ID, ...next };
      return { head, operations: [{ create: changedRow(next) }], result: next };
    });
    this.latest = { atMs: this.clock.now(), value: Promise.resolve(changed) };
    return changed;
  }

  private async read(): Promise<Controls> {
    this.heads.forget(PARTITION);
    const document = await this.heads.read(PARTITION);
    return document === undefined ? UNTOUCHED_CONTROLS : controlsOf(document);
  }
}

function controlsOf({ mode, reason, actor, epoch, changedAt }: ControlsDocument): Controls {
  return { mode, reason, actor, epoch, changedAt };
}

function changedRow({ mode, reason, actor, epoch, changedAt }: Controls & { changedAt: string }): object {
  const trace = currentTrace();
  const data: ControlsChangedV1 = { mode, reason, actor, epoch };
  const envelope = {
    id: `orders:${SWITCH_ID}:${epoch}`,
    type: controlsChanged.type,
    source: '/orders',
    subject: SWITCH_ID,
    time: changedAt,
    partitionkey: SYSTEM_PARTITION,
    ...(trace?.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    correlationid: trace?.correlationId ?? 'none',
    data,
  };
  return eventRow(envelope, { productId: PRODUCT_ID });
}
