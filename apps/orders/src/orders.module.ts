import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { PARKED_LIST_EVENTS } from '@ballast/contracts/parked';
import { AzureModule, LiveSettings, liveSettings } from '@ballast/service-host';
import type { AzureOptions, Clock } from '@ballast/service-host';
import type { Venue } from '@ballast/venue';
import { ControlSwitch } from './adapters/control-switch.js';
import { ControlsController } from './adapters/controls.controller.js';
import { ExpiryTimer } from './adapters/expiry-timer.js';
import { EventsConsumer } from './adapters/events.consumer.js';
import { LimitsController } from './adapters/limits.controller.js';
import { liveLimits } from './adapters/live-limits.js';
import { LiveOrderList } from './adapters/live-order-list.js';
import { Market } from './adapters/market.js';
import { accountNameOf, openVenue } from './adapters/open-venue.js';
import { OrderBooks } from './adapters/order-books.js';
import { OrdersController } from './adapters/orders.controller.js';
import { StreamController } from './adapters/stream.controller.js';
import { TradingPermit } from './adapters/trading-permit.js';
import { PlacementDesk } from './adapters/placement-desk.js';
import { TrailNotes } from './adapters/trail-notes.js';
import { TradesController } from './adapters/trades.controller.js';
import { TriggerTimer } from './adapters/trigger-timer.js';
import { VENUE, VENUE_ACCOUNT } from './adapters/venue-calls.js';
import { VenueStreamOwner } from './adapters/venue-stream-owner.js';
import { VenueUpdates } from './adapters/venue-updates.js';
import { ApplyProfileRisk } from './apply-profile-risk.js';
import { CancelAtVenue } from './cancel-at-venue.js';
import { CancelOrders } from './cancel-orders.js';
import { CancelOpenOrders } from './cancel-open-orders.js';
import { ChangeControls } from './change-controls.js';
import { EndCapitalWait } from './end-capital-wait.js';
import { EnforceControls } from './enforce-controls.js';
import { ExpireOrders } from './expire-orders.js';
import { HealFromVenue } from './heal-from-venue.js';
import { NoteShortfall } from './note-shortfall.js';
import { OpenBook } from './open-book.js';
import { RISK_LIMITS } from './orders.config.js';
import type { OrdersSettings } from './orders.config.js';
import { PlaceExits } from './place-exits.js';
import { PlaceOrder } from './place-order.js';
import { PreviewOrder } from './preview-order.js';
import { ReadOrders } from './read-orders.js';
import { ReadTrades } from './read-trades.js';
import { RecordExecution } from './record-execution.js';
import { RecordMissedExecutions } from './record-missed-executions.js';
import { ReadStream } from './read-stream.js';
import { RecordTrade } from './record-trade.js';
import { HearExecution } from './hear-execution.js';
import { RecordListedExecutions } from './record-listed-executions.js';
import { RejectReplacement } from './reject-replacement.js';
import { ReplaceAtVenue } from './replace-at-venue.js';
import { RequestReplace } from './request-replace.js';
import { SettleReplacement } from './settle-replacement.js';
import { QuotesController } from './adapters/quotes.controller.js';
import { ReplaceController } from './adapters/replace.controller.js';
import { RejectOrder } from './reject-order.js';
import { RequestCancel } from './request-cancel.js';
import { SettleFromVenue } from './settle-from-venue.js';
import { ShrinkExits } from './shrink-exits.js';
import { SubmitOrder } from './submit-order.js';
import { TriggerOrders } from './trigger-orders.js';

const VERBS = [
  ApplyProfileRisk,
  OpenBook,
  PlaceOrder,
  PlaceExits,
  ShrinkExits,
  PreviewOrder,
  SubmitOrder,
  TriggerOrders,
  RejectOrder,
  RecordExecution,
  RecordMissedExecutions,
  SettleFromVenue,
  HealFromVenue,
  RequestCancel,
  RequestReplace,
  ReplaceAtVenue,
  SettleReplacement,
  RejectReplacement,
  HearExecution,
  RecordListedExecutions,
  CancelAtVenue,
  CancelOrders,
  CancelOpenOrders,
  ExpireOrders,
  ChangeControls,
  EndCapitalWait,
  EnforceControls,
  NoteShortfall,
  RecordTrade,
  ReadOrders,
  ReadTrades,
  ReadStream,
];
const ADAPTERS = [
  OrderBooks,
  ControlSwitch,
  TradingPermit,
  Market,
  PlacementDesk,
  LiveOrderList,
  TrailNotes,
  VenueUpdates,
  VenueStreamOwner,
  ExpiryTimer,
  TriggerTimer,
];

/** What tests put in the place of the real thing. */
export type OrdersOverrides = Pick<AzureOptions, 'tokenKeys'> & { readonly venue?: Venue; readonly clock?: Clock };

/** The wiring of orders. */
@Module({})
export class OrdersModule {
  static forRoot(settings: OrdersSettings, overrides: OrdersOverrides = {}): DynamicModule {
    return {
      module: OrdersModule,
      imports: [
        AzureModule.forRoot({
          settings: settings.platform,
          service: 'orders',
          topic: 'orders',
          parked: { container: 'trade_orders', events: PARKED_LIST_EVENTS.orders },
          ...(overrides.tokenKeys === undefined ? {} : { tokenKeys: overrides.tokenKeys }),
          containers: [
            { name: 'trade_orders', relayed: true },
            { name: 'trade_history' },
            { name: 'trading_controls', relayed: true },
            { name: 'runtime_locks' },
          ],
        }),
      ],
      controllers: [
        OrdersController,
        ReplaceController,
        LimitsController,
        TradesController,
        StreamController,
        QuotesController,
        ControlsController,
        EventsConsumer,
      ],
      providers: [
        ...VERBS,
        ...ADAPTERS,
        liveSettings(settings.platform.accountsUrl),
        {
          provide: RISK_LIMITS,
          inject: [LiveSettings],
          useFactory: (live: LiveSettings) => liveLimits(settings.limits, live),
        },
        { provide: VENUE_ACCOUNT, useValue: accountNameOf(settings.venue) },
        { provide: VENUE, useFactory: (): Promise<Venue> => openVenueOr(overrides.venue, settings) },
      ],
    };
  }
}

/** The broker of the settings, unless a test brings its own. */
async function openVenueOr(venue: Venue | undefined, settings: OrdersSettings): Promise<Venue> {
  return venue ?? openVenue(settings.venue);
}
