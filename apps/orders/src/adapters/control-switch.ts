import { Injectable } from '@nestjs/common';
import { HeadStore, eventRow } from '@ballast/cosmos';
import type { Change, CommitOperation, ContainerStore } from '@ballast/cosmos';
import { PRODUCT_ID, SYSTEM_PARTITION } from '@ballast/contracts';
import type { EventDeclaration } from '@ballast/contracts';
import { controlsChanged, controlsEnforced } from '@ballast/contracts/orders';
import type { ControlMode, ControlsChangedV1, ControlsEnforcedV1 } from '@ballast/contracts/orders';
import { currentTrace } from '@ballast/service-bus';
import { Clock, InjectStore } from '@ballast/service-host';
import { UNTOUCHED_CONTROLS } from '../domain/controls.js';
import type { Controls, ScopedControl } from '../domain/controls.js';
import type { Permit } from '../domain/permit.js';

const SWITCH_ID = 'global';
const PARTITION = [PRODUCT_ID];
/** Milliseconds after which a permit that nobody renews any more is left out. */
const PERMIT_KEPT_MS_MAX = 60_000;

/** The latest change that is known to hold everywhere. */
export interface Enforcement {
  readonly epoch: number;
  /** ISO 8601. */
  readonly at: string;
  readonly tookMs: number;
}

interface ControlsDocument {
  readonly id: typeof SWITCH_ID;
  readonly kind: 'controls';
  readonly productId: string;
  readonly mode: ControlMode;
  readonly reason: string;
  readonly actor: string;
  readonly epoch: number;
  readonly changedAt?: string;
  readonly scoped?: readonly ScopedControl[];
  readonly enforced?: Enforcement;
  /** By replica. */
  readonly permits?: Readonly<Record<string, Permit>>;
}

/** The kill switch as stored, with the permits of the replicas that work under it. */
export interface StoredControls {
  readonly controls: Controls;
  readonly enforced: Enforcement | undefined;
  readonly permits: readonly Permit[];
}

/**
 * The kill switch, its epoch and the permits, in one document: whoever renews a permit has proved in the same write that
 * the switch still stands where he believes it to stand. All calls throw `Failure` while the store cannot be reached.
 */
@Injectable()
export class ControlSwitch {
  private readonly heads: HeadStore<ControlsDocument>;

  constructor(
    @InjectStore('trading_controls') store: ContainerStore,
    private readonly clock: Clock,
  ) {
    this.heads = new HeadStore<ControlsDocument>(store, { headId: () => SWITCH_ID });
  }

  /** The switch as it is stored now. */
  async read(): Promise<StoredControls> {
    this.heads.forget(PARTITION);
    return storedOf(await this.heads.read(PARTITION));
  }

  /**
   * Replaces the switch and publishes the change in one batch; `undefined` from `decide` changes nothing. It is asked
   * about the switch as it is stored now: what another replica has moved since would look as if nothing were to do.
   */
  change<Result>(
    decide: (
      current: Controls,
      at: string,
    ) => {
      readonly result: Result;
      readonly changed?: { readonly controls: Controls; readonly data: ControlsChangedV1 };
    },
  ): Promise<Result> {
    this.heads.forget(PARTITION);
    return this.heads.change(PARTITION, (document): Change<ControlsDocument, Result> => {
      const at = this.clock.iso();
      const { changed, result } = decide(storedOf(document).controls, at);
      if (changed === undefined) return { result };
      const { data } = changed;
      const event = { declaration: controlsChanged, id: `orders:${SWITCH_ID}:${data.epoch}`, at, data };
      return {
        head: documentOf(changed.controls, document),
        operations: [publication(event, data.scope ?? SWITCH_ID)],
        result,
      };
    });
  }

  /** Writes a replica's permit under the switch as it stands, and returns the switch: it stood so at the write. */
  renew(holder: string, permitUnder: (controls: Controls) => Permit): Promise<Controls> {
    return this.heads.change(PARTITION, (document): Change<ControlsDocument, Controls> => {
      const { controls } = storedOf(document);
      const keptSince = new Date(this.clock.now() - PERMIT_KEPT_MS_MAX).toISOString();
      const kept = Object.entries(document?.permits ?? {}).filter(([, { renewedAt }]) => renewedAt >= keptSince);
      const permits = { ...Object.fromEntries(kept), [holder]: permitUnder(controls) };
      return { head: { ...documentOf(controls, document), permits }, result: controls };
    });
  }

  /** Notes and publishes once that a change holds everywhere. */
  enforce(data: ControlsEnforcedV1): Promise<void> {
    return this.heads.change(PARTITION, (document): Change<ControlsDocument, void> => {
      if (document === undefined || (document.enforced?.epoch ?? 0) >= data.epoch) return { result: undefined };
      const at = this.clock.iso();
      const event = { declaration: controlsEnforced, id: `orders:enforced:${data.epoch}`, at, data };
      const enforced = { epoch: data.epoch, at, tookMs: data.tookMs };
      return { head: { ...document, enforced }, operations: [publication(event, data.scope)], result: undefined };
    });
  }
}

function documentOf(controls: Controls, before: ControlsDocument | undefined): ControlsDocument {
  const { mode, reason, actor, epoch, changedAt, scoped } = controls;
  return {
    ...before,
    id: SWITCH_ID,
    kind: 'controls',
    productId: PRODUCT_ID,
    mode,
    reason,
    actor,
    epoch,
    ...(changedAt === undefined ? {} : { changedAt }),
    scoped,
  };
}

function storedOf(document: ControlsDocument | undefined): StoredControls {
  if (document === undefined) return { controls: UNTOUCHED_CONTROLS, enforced: undefined, permits: [] };
  const { mode, reason, actor, epoch, changedAt, scoped, enforced, permits } = document;
  return {
    controls: { mode, reason, actor, epoch, changedAt, scoped: scoped ?? [] },
    enforced,
    permits: Object.values(permits ?? {}),
  };
}

interface ControlEvent {
  readonly declaration: EventDeclaration;
  readonly id: string;
  readonly at: string;
  readonly data: object;
}

function publication({ declaration, id, at, data }: ControlEvent, subject: string): CommitOperation {
  const trace = currentTrace();
  const envelope = {
    id,
    type: declaration.type,
    source: '/orders',
    subject,
    time: at,
    partitionkey: SYSTEM_PARTITION,
    ...(trace?.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
    correlationid: trace?.correlationId ?? 'none',
    ...(trace?.causationId === undefined ? {} : { causationid: trace.causationId }),
    data,
  };
  return { create: eventRow(envelope, { productId: PRODUCT_ID }) };
}
