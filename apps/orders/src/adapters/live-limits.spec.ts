import { SETTINGS, wrongIn } from '@ballast/contracts/accounts';
import type { SettingKey } from '@ballast/contracts/accounts';
import { decimal } from '@ballast/money';
import { FACTS } from '../domain/given-placement.js';
import { limitsFor } from '../domain/risk-limits.js';
import { defaultLimits, liveLimits } from './live-limits.js';

const SET = {
  'trading.price-collar-ratio': '0.1',
  'trading.order-notional-usd-max': '1',
  'trading.position-usd-max': '2',
  'trading.concentration-ratio-max': '0.3',
  'trading.open-orders-max': 4,
  'trading.orders-per-minute-max': 5,
  'trading.daily-loss-usd-max': '6',
  'trading.losses-in-a-row-max': 7,
  'trading.short-selling': true,
  'trading.quote-age-ms-max': 800,
  'trading.capital-wait-ms-max': 9_000,
};

it('the limits are those of the start until they are set, and each is its setting from then on', () => {
  const values: Record<string, unknown> = {};
  const limits = liveLimits(FACTS.limits, { set: (key) => values[key] as never });
  expect({ ...limits }).toEqual({ ...FACTS.limits });
  for (const [key, value] of Object.entries(SET)) {
    expect(wrongIn(SETTINGS[key as SettingKey], value)).toBeUndefined();
    values[key] = value;
  }
  expect(limitsFor(limits, { limits: {}, risk: undefined })).toEqual({
    ...{ priceCollarRatio: decimal('0.1'), orderNotionalUsdMax: decimal('1'), positionUsdMax: decimal('2') },
    ...{ concentrationRatioMax: decimal('0.3'), openOrdersMax: 4, ordersPerMinuteMax: 5 },
    ...{ dailyLossUsdMax: decimal('6'), lossesInARowMax: 7, shortSelling: true, quoteAgeMsMax: 800 },
    ...{ capitalWaitMsMax: 9_000, shortCollateralRatio: FACTS.limits.shortCollateralRatio },
  });
  delete values['trading.order-notional-usd-max'];
  expect(limits.orderNotionalUsdMax).toBe(FACTS.limits.orderNotionalUsdMax);
});

it('the limits of a product in which nothing is set are the defaults of the settings', () => {
  const { orderNotionalUsdMax, quoteAgeMsMax, concentrationRatioMax } = defaultLimits(FACTS.limits);
  expect([orderNotionalUsdMax, quoteAgeMsMax, concentrationRatioMax]).toEqual([decimal('1000000'), 30_000, undefined]);
});
