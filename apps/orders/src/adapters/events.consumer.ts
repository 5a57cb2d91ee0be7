import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EventEnvelope } from '@ballast/contracts';
import type { ProfileConfiguredV1, ProfileCreatedV1 } from '@ballast/contracts/accounts';
import type { CapitalDeclinedV1, CapitalHeldV1, ShortfallChangedV1 } from '@ballast/contracts/ledger';
import type {
  ControlsChangedV1,
  OrderCancelRequestedV1,
  OrderExitsDueV1,
  OrderExitsOversizedV1,
  OrderPlacedV1,
  OrderReplaceRequestedV1,
  OrderTriggeredV1,
  TradeClosedV1,
} from '@ballast/contracts/orders';
import { ApplyProfileRisk } from '../apply-profile-risk.js';
import { CancelAtVenue } from '../cancel-at-venue.js';
import { EnforceControls } from '../enforce-controls.js';
import { NoteShortfall } from '../note-shortfall.js';
import { OpenBook } from '../open-book.js';
import { PlaceExits } from '../place-exits.js';
import { RecordTrade } from '../record-trade.js';
import { RejectReplacement } from '../reject-replacement.js';
import { ReplaceAtVenue } from '../replace-at-venue.js';
import { RejectOrder } from '../reject-order.js';
import { ShrinkExits } from '../shrink-exits.js';
import { SubmitOrder } from '../submit-order.js';

/** What orders hears, one line per event; its own events come back so that a crash after a commit is made good. */
@Controller()
export class EventsConsumer {
  constructor(
    private readonly openBook: OpenBook,
    private readonly applyProfileRisk: ApplyProfileRisk,
    private readonly submitOrder: SubmitOrder,
    private readonly rejectOrder: RejectOrder,
    private readonly cancelAtVenue: CancelAtVenue,
    private readonly replaceAtVenue: ReplaceAtVenue,
    private readonly rejectReplacement: RejectReplacement,
    private readonly enforceControls: EnforceControls,
    private readonly noteShortfall: NoteShortfall,
    private readonly placeExits: PlaceExits,
    private readonly shrinkExits: ShrinkExits,
    private readonly recordTrade: RecordTrade,
  ) {}

  @EventPattern('profile.created.v1')
  profileCreated(@Payload() event: EventEnvelope<ProfileCreatedV1>): Promise<void> {
    return this.openBook.execute(event.data);
  }

  @EventPattern('profile.configured.v1')
  profileConfigured(@Payload() event: EventEnvelope<ProfileConfiguredV1>): Promise<void> {
    return this.applyProfileRisk.execute(event.data);
  }

  @EventPattern('capital.held.v1')
  capitalHeld(@Payload() event: EventEnvelope<CapitalHeldV1>): Promise<void> {
    const { revision } = event.data;
    if (revision !== undefined) return this.replaceAtVenue.execute(event.data, revision);
    return this.submitOrder.execute(event.data, BigInt(event.data.balances.allocated));
  }

  @EventPattern('capital.declined.v1')
  capitalDeclined(@Payload() event: EventEnvelope<CapitalDeclinedV1>): Promise<void> {
    const { revision } = event.data;
    if (revision !== undefined) return this.rejectReplacement.execute(event.data, revision);
    return this.rejectOrder.execute(event.data);
  }

  /** Exits only: an entry waits for its capital, whatever the subscription lets through. */
  @EventPattern('order.placed.v1')
  async orderPlaced(@Payload() event: EventEnvelope<OrderPlacedV1>): Promise<void> {
    if (event.data.intent === 'exit') await this.submitOrder.execute(event.data);
  }

  @EventPattern('order.cancel-requested.v1')
  cancelRequested(@Payload() event: EventEnvelope<OrderCancelRequestedV1>): Promise<void> {
    return this.cancelAtVenue.execute(event.data);
  }

  /** Terms that cost more wait for their capital. */
  @EventPattern('order.replace-requested.v1')
  async replaceRequested(@Payload() event: EventEnvelope<OrderReplaceRequestedV1>): Promise<void> {
    const { holdUnits, revision } = event.data;
    if (holdUnits === undefined) await this.replaceAtVenue.execute(event.data, revision);
  }

  @EventPattern('order.exits-due.v1')
  exitsDue(@Payload() event: EventEnvelope<OrderExitsDueV1>): Promise<void> {
    return this.placeExits.execute(event.data);
  }

  @EventPattern('order.exits-oversized.v1')
  exitsOversized(@Payload() event: EventEnvelope<OrderExitsOversizedV1>): Promise<void> {
    return this.shrinkExits.execute(event.data);
  }

  @EventPattern('order.triggered.v1')
  triggered(@Payload() event: EventEnvelope<OrderTriggeredV1>): Promise<void> {
    return this.submitOrder.execute(event.data);
  }

  @EventPattern('controls.changed.v1')
  controlsChanged(@Payload() event: EventEnvelope<ControlsChangedV1>): Promise<void> {
    return this.enforceControls.execute(event.data, event.time);
  }

  @EventPattern('capital.shortfall-opened.v1')
  shortfallOpened(@Payload() event: EventEnvelope<ShortfallChangedV1>): Promise<void> {
    return this.noteShortfall.execute(event, true);
  }

  @EventPattern('capital.shortfall-cleared.v1')
  shortfallCleared(@Payload() event: EventEnvelope<ShortfallChangedV1>): Promise<void> {
    return this.noteShortfall.execute(event, false);
  }

  @EventPattern('trade.closed.v1')
  tradeClosed(@Payload() event: EventEnvelope<TradeClosedV1>): Promise<void> {
    return this.recordTrade.execute(event);
  }
}
