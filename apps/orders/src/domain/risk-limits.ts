import { decimal, decimalText } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { TradingLimits as LimitTexts } from '@ballast/contracts/orders';

/** What holds for every profile unless its own limits say otherwise. Amounts in USD. */
export interface RiskLimits extends ProfileLimits {
  /** How far through the market a price may go, as a share of it. */
  readonly priceCollarRatio: Decimal;
  /** What one order may be worth at its worst price. */
  readonly orderNotionalUsdMax: Decimal;
  /** What may be held of a symbol, at cost, and asked for, at its worst price. */
  readonly positionUsdMax: Decimal;
  /** Orders of one profile that may be live at once. */
  readonly openOrdersMax: number;
  /** Entries that one profile may place in a minute of the clock. */
  readonly ordersPerMinuteMax: number;
  /** What exits of one day, UTC, may lose after fees before no entry is placed any more. */
  readonly dailyLossUsdMax: Decimal;
  /** Trades closed with a loss, one after the other on one day, before no entry is placed any more. */
  readonly lossesInARowMax: number;
  /** What is held for a short sale, as a share of what it may bring at most: its proceeds and a reserve for losses. */
  readonly shortCollateralRatio: Decimal;
  /** Age above which a quote is stale, in milliseconds. */
  readonly quoteAgeMsMax: number;
  /** For how long an order waits for the ledger's word, in milliseconds; quotes and risk are not those of its placement any more. */
  readonly capitalWaitMsMax: number;
}

/** Limits of one profile; one that is absent is the product's. */
export interface ProfileLimits {
  readonly orderNotionalUsdMax?: Decimal;
  readonly positionUsdMax?: Decimal;
  /** The same as a share of the capital that is allocated to the profile; absent everywhere: no limit. */
  readonly concentrationRatioMax?: Decimal;
  readonly openOrdersMax?: number;
  readonly ordersPerMinuteMax?: number;
  readonly dailyLossUsdMax?: Decimal;
  readonly lossesInARowMax?: number;
  /** Whether the profile may sell what it does not hold; absent everywhere: it may not. */
  readonly shortSelling?: boolean;
}

/** What the owner of a profile lets it do, with the version of the profile that says so. */
export interface ProfileRisk {
  readonly version: number;
  readonly limits: ProfileLimits;
}

/**
 * What holds for a profile: what the product allows, or an operator to this profile in its place; and nothing beyond what
 * its owner has chosen.
 */
export function limitsFor(
  product: RiskLimits,
  { limits, risk }: { readonly limits: ProfileLimits; readonly risk: ProfileRisk | undefined },
): RiskLimits {
  const allowed: RiskLimits = { ...product, ...limits };
  if (risk === undefined) return allowed;
  const chosen = risk.limits;
  const concentration = tighter(allowed.concentrationRatioMax, chosen.concentrationRatioMax);
  return {
    ...allowed,
    orderNotionalUsdMax: tighter(allowed.orderNotionalUsdMax, chosen.orderNotionalUsdMax),
    positionUsdMax: tighter(allowed.positionUsdMax, chosen.positionUsdMax),
    ...(concentration === undefined ? {} : { concentrationRatioMax: concentration }),
    dailyLossUsdMax: tighter(allowed.dailyLossUsdMax, chosen.dailyLossUsdMax),
    openOrdersMax: Math.min(allowed.openOrdersMax, chosen.openOrdersMax ?? Infinity),
    ordersPerMinuteMax: Math.min(allowed.ordersPerMinuteMax, chosen.ordersPerMinuteMax ?? Infinity),
    lossesInARowMax: Math.min(allowed.lossesInARowMax, chosen.lossesInARowMax ?? Infinity),
    shortSelling: allowed.shortSelling === true && chosen.shortSelling !== false,
  };
}

function tighter(allowed: Decimal, chosen: Decimal | undefined): Decimal;
function tighter(allowed: Decimal | undefined, chosen: Decimal | undefined): Decimal | undefined;
function tighter(allowed: Decimal | undefined, chosen: Decimal | undefined): Decimal | undefined {
  if (allowed === undefined || chosen === undefined) return allowed ?? chosen;
  return chosen.lt(allowed) ? chosen : allowed;
}

const DECIMALS = ['orderNotionalUsdMax', 'positionUsdMax', 'concentrationRatioMax', 'dailyLossUsdMax'] as const;
const OTHERS = ['openOrdersMax', 'ordersPerMinuteMax', 'lossesInARowMax', 'shortSelling'] as const;

/** Reads limits; throws `RangeError` for text that is no decimal. */
export function limitsOf(texts: LimitTexts): ProfileLimits {
  const decimals = DECIMALS.flatMap((name) => (texts[name] === undefined ? [] : [[name, decimal(texts[name])]]));
  return Object.fromEntries([...decimals, ...othersOf(texts)]);
}

/** Limits as events, documents and views carry them: only those that there are. */
export function limitTexts(limits: ProfileLimits): LimitTexts {
  const decimals = DECIMALS.flatMap((name) => {
    const value = limits[name];
    return value === undefined ? [] : [[name, decimalText(value)]];
  });
  return Object.fromEntries([...decimals, ...othersOf(limits)]);
}

function othersOf(limits: LimitTexts | ProfileLimits): [string, number | boolean][] {
  return OTHERS.flatMap((name): [string, number | boolean][] => {
    const value = limits[name];
    return value === undefined ? [] : [[name, value]];
  });
}
