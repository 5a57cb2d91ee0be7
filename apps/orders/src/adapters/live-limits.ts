import { SETTINGS } from '@ballast/contracts/accounts';
import type { SettingDeclaration, SettingKey, SettingValue } from '@ballast/contracts/accounts';
import { decimal } from '@ballast/money';
import type { Decimal } from '@ballast/money';
import type { LiveSettings } from '@ballast/service-host';
import type { RiskLimits } from '../domain/risk-limits.js';

/** What cannot change while orders run that were placed under it. */
type FixedLimit = 'shortCollateralRatio';

/** The setting of each limit that an admin can change. */
const SETTING_OF: Readonly<Record<Exclude<keyof RiskLimits, FixedLimit>, SettingKey>> = {
  priceCollarRatio: 'trading.price-collar-ratio',
  orderNotionalUsdMax: 'trading.order-notional-usd-max',
  positionUsdMax: 'trading.position-usd-max',
  concentrationRatioMax: 'trading.concentration-ratio-max',
  openOrdersMax: 'trading.open-orders-max',
  ordersPerMinuteMax: 'trading.orders-per-minute-max',
  dailyLossUsdMax: 'trading.daily-loss-usd-max',
  lossesInARowMax: 'trading.losses-in-a-row-max',
  shortSelling: 'trading.short-selling',
  quoteAgeMsMax: 'trading.quote-age-ms-max',
  capitalWaitMsMax: 'trading.capital-wait-ms-max',
};
const EACH_LIMIT = Object.entries(SETTING_OF) as [Exclude<keyof RiskLimits, FixedLimit>, SettingKey][];

/** The limits of the product while nothing is set. */
export function defaultLimits(fixed: Pick<RiskLimits, FixedLimit>): RiskLimits {
  const defaults = EACH_LIMIT.flatMap(([name, key]) => {
    const value = (SETTINGS[key] as SettingDeclaration).default;
    return value === undefined ? [] : [[name, limitIn(value)]];
  });
  return { ...fixed, ...(Object.fromEntries(defaults) as Omit<RiskLimits, FixedLimit>) };
}

/** The limits of the product as they are whenever they are looked at: what is set, else those of the start. */
export function liveLimits(atStart: RiskLimits, settings: Pick<LiveSettings, 'set'>): RiskLimits {
  const properties = EACH_LIMIT.map(([name, key]): [string, PropertyDescriptor] => {
    const get = (): unknown => {
      const value = settings.set(key);
      return value === undefined ? atStart[name] : limitIn(value);
    };
    return [name, { get, enumerable: true }];
  });
  return Object.defineProperties({ ...atStart }, Object.fromEntries(properties));
}

/** Texts are decimals: no limit is a text. */
function limitIn(value: SettingValue): Decimal | number | boolean {
  return typeof value === 'string' ? decimal(value) : value;
}
