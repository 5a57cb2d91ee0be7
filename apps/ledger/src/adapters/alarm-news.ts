import { shortfallCleared, shortfallOpened, thresholdCrossed } from '@ballast/contracts/ledger';
import type { Account } from '../domain/account.js';
import { alarmsBetween } from '../domain/monitors.js';
import type { Alarm } from '../domain/monitors.js';
import type { Publication } from './ledger.store.js';

/** The events that a change of an account makes by what it means, beside the one that tells what was done. */
export function alarmNews(before: Account, after: Account): Publication[] {
  return alarmsBetween(before, after).map((alarm) => publicationOf(after, alarm));
}

function publicationOf({ profileId, asset }: Account, alarm: Alarm): Publication {
  if (alarm.kind !== 'threshold-crossed') {
    const declaration = alarm.kind === 'shortfall-opened' ? shortfallOpened : shortfallCleared;
    return { declaration, subject: profileId, data: { profileId, asset, shortfallUnits: `${alarm.shortfallUnits}` } };
  }
  const { monitorId, monitor, crossing, valueUnits } = alarm;
  const { measure, threshold } = monitor;
  const crossed = { monitorId, measure, crossing, thresholdUnits: `${threshold}`, valueUnits: `${valueUnits}` };
  return { declaration: thresholdCrossed, subject: profileId, data: { profileId, asset, ...crossed } };
}
