import { Decimal } from '@ballast/money';
import type {
  VenueExecution,
  VenueOrder,
  VenueOrderChange,
  VenueOrderRequest,
  VenueOrderStatus,
  VenueQuote,
  VenueUpdate,
} from '@ballast/venue';

const ZERO = new Decimal(0);

/** An order as the exchange keeps it. */
export interface Kept {
  request: VenueOrderRequest;
  /** What the order whose place it takes had filled when that was asked for. */
  readonly filledBefore: Decimal;
  readonly id: string;
  readonly visibleAtMs: number;
  status: VenueOrderStatus;
  filled: Decimal;
  isSetOff: boolean;
  isMatching: boolean;
  /** The stop loss beside it, with an id of its own and the same quantity. */
  readonly leg: { readonly id: string; status: VenueOrderStatus; filled: Decimal; isSetOff: boolean } | undefined;
}

/** A fill as the exchange's own books have it. */
export interface Fill extends VenueExecution {
  readonly brokerKey: string;
  /** After the order's end was told. */
  readonly isLate: boolean;
  readonly visibleAtMs: number;
}

/** Who hears what becomes of orders, the moment it does. */
export interface ExchangeEar {
  /** Before an order is taken. */
  submitted(request: VenueOrderRequest): void;
  /** An order was taken that was not there before. */
  accepted(brokerKey: string): void;
  updated(update: VenueUpdate): void;
}

/** What an order becomes: the changes, for what it has not filled yet. */
export function changedRequest({ request, filled }: Kept, change: VenueOrderChange): VenueOrderRequest {
  const { brokerKey, quantity = request.quantity, limitPrice = request.limitPrice } = change;
  const { stopPrice = request.stopPrice, timeInForce = request.timeInForce } = change;
  return {
    ...request,
    ...{ brokerKey, quantity: quantity.minus(filled), limitPrice, timeInForce },
    ...(stopPrice === undefined ? {} : { stopPrice }),
  };
}

/** Whether an order in this status may still fill in time. */
export function isOpen(status: VenueOrderStatus): boolean {
  return status === 'open' || status === 'partially-filled';
}

/** What of an order, and of the stop loss beside it, has not filled. */
export function leftOf({ request, filled, leg }: Kept): Decimal {
  return request.quantity.minus(filled).minus(leg?.filled ?? ZERO);
}

/** The market's price, never worse than the order allows. */
export function priceFor({ request, leg }: Kept, { bid, ask }: VenueQuote): Decimal {
  const { limitPrice: limit, side } = request;
  const market = side === 'buy' ? ask : bid;
  if (limit === undefined || leg?.isSetOff === true) return market;
  return side === 'buy' ? Decimal.min(limit, market) : Decimal.max(limit, market);
}

/** The order as the broker shows it. */
export function view(kept: Kept): VenueOrder {
  const { request, id, status, filled, leg } = kept;
  const { brokerKey, symbol, side, quantity } = request;
  return {
    ...{ brokerKey, venueOrderId: id, symbol, side, status, filledQuantity: filled, quantity },
    averagePrice: undefined,
    ...(leg === undefined ? {} : { legs: [legView(kept)] }),
  };
}

/** The stop loss beside it as the broker shows it. Throws where there is none. */
export function legView({ request, leg }: Kept): VenueOrder {
  if (leg === undefined) throw new Error('the order has no leg');
  const { symbol, side, quantity } = request;
  const { id, status, filled: filledQuantity } = leg;
  return { brokerKey: id, venueOrderId: id, symbol, side, status, filledQuantity, quantity, averagePrice: undefined };
}

/** The fill as the broker reports it. */
export function reported({ isLate: _, visibleAtMs: __, ...execution }: Fill): VenueExecution {
  return execution;
}
