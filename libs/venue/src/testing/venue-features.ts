import type { VenueCapabilities } from '../index.js';

/** What venues may lack, and how their capabilities say that they have it. */
export const FEATURES = {
  'market orders': (has) => has.orderTypes.includes('market'),
  'limit orders': (has) => has.orderTypes.includes('limit'),
  'stop orders': (has) => has.orderTypes.includes('stop'),
  'stop-limit orders': (has) => has.orderTypes.includes('stop-limit'),
  'trailing-stop orders': (has) => has.orderTypes.includes('trailing-stop'),
  'market-if-touched orders': (has) => has.orderTypes.includes('market-if-touched'),
  'day orders': (has) => has.timesInForce.includes('day'),
  'gtc orders': (has) => has.timesInForce.includes('gtc'),
  'ioc orders': (has) => has.timesInForce.includes('ioc'),
  'fok orders': (has) => has.timesInForce.includes('fok'),
  'gtd orders': (has) => has.timesInForce.includes('gtd'),
  'bracket orders': (has) => has.orderClasses.includes('bracket'),
  'oco orders': (has) => has.orderClasses.includes('oco'),
  'oto orders': (has) => has.orderClasses.includes('oto'),
  'orders by notional': (has) => has.notional,
  'post-only orders': (has) => has.postOnly === true,
  'short sales': (has) => has.short,
  'replacing orders': (has) => has.replace,
  'extended hours': (has) => has.extendedHours,
  'keys that make one order': (has) => has.uniqueKeys,
  bars: (has) => has.bars,
  'quotes that come by themselves': (has) => has.quoteStream,
} satisfies Readonly<Record<string, (has: VenueCapabilities) => boolean>>;

/** The name of something that a venue may lack. */
export type Feature = keyof typeof FEATURES;

/** What a venue lacks, and why. */
export type Lacks = Readonly<Partial<Record<Feature, string>>>;

/** Everything that a venue's capabilities do not have. */
export function missingFeatures(has: VenueCapabilities): Feature[] {
  return (Object.keys(FEATURES) as Feature[]).filter((feature) => !FEATURES[feature](has));
}
