import type { ShippedPresetId } from '@ballast/contracts/accounts';
import type { PresetContent } from './preset.js';

/** The version of all of them: another value is another version, told in the log of changes. */
export const SHIPPED_VERSION = 1;

/**
 * The presets that come with the product. A trade that is stopped out loses `entryShareRatio` × `stopLossRatio` of the
 * capital: 0.1 %, 0.3 % and 1 %, the most that a single trade is commonly let lose. Each aims at twice its stop, so that it
 * earns from one right decision in three. `dailyLossUsdMax` is 0.5 %, 2 % and 5 % of 50 000 USD, and with `lossesInARowMax`
 * ends the day well before a run of stops has cost a tenth. `concentrationRatioMax` is two to four entries of that size, so that adding
 * to a position is possible and owning nothing else is not. None sells short, which an operator has to allow first.
 */
export const SHIPPED_PRESETS: Readonly<Record<ShippedPresetId, PresetContent>> = {
  conservative: {
    name: 'Conservative',
    description: 'Few small positions for hours: a stopped trade costs 0.1 % of the capital.',
    strategy: {
      ...{ kind: 'mean-reversion', barSeconds: 3_600, lookbackBars: 20 },
      ...{ entryShareRatio: '0.05', stopLossRatio: '0.02', takeProfitRatio: '0.04' },
    },
    risk: {
      ...{ orderNotionalUsdMax: '5000', positionUsdMax: '10000', concentrationRatioMax: '0.1' },
      ...{ openOrdersMax: 10, ordersPerMinuteMax: 10, dailyLossUsdMax: '250', lossesInARowMax: 3, shortSelling: false },
    },
  },
  balanced: {
    name: 'Balanced',
    description: 'Trends within the day: a stopped trade costs 0.3 % of the capital.',
    strategy: {
      ...{ kind: 'momentum', barSeconds: 900, lookbackBars: 20 },
      ...{ entryShareRatio: '0.1', stopLossRatio: '0.03', takeProfitRatio: '0.06' },
    },
    risk: {
      ...{ orderNotionalUsdMax: '25000', positionUsdMax: '50000', concentrationRatioMax: '0.25' },
      ...{
        openOrdersMax: 25,
        ordersPerMinuteMax: 30,
        dailyLossUsdMax: '1000',
        lossesInARowMax: 5,
        shortSelling: false,
      },
    },
  },
  aggressive: {
    name: 'Aggressive',
    description: 'Outbreaks within minutes: a stopped trade costs 1 % of the capital.',
    strategy: {
      ...{ kind: 'breakout', barSeconds: 300, lookbackBars: 40 },
      ...{ entryShareRatio: '0.2', stopLossRatio: '0.05', takeProfitRatio: '0.1' },
    },
    risk: {
      ...{ orderNotionalUsdMax: '100000', positionUsdMax: '200000', concentrationRatioMax: '0.5' },
      ...{
        openOrdersMax: 50,
        ordersPerMinuteMax: 120,
        dailyLossUsdMax: '2500',
        lossesInARowMax: 8,
        shortSelling: false,
      },
    },
  },
};
