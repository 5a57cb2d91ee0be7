import type { BalancesView, StatementLineView } from '@ballast/contracts/ledger';
import { ZERO_BALANCES, balancesAfter } from './account.js';
import { holdingsAfter, readAssetLegs } from './asset-legs.js';
import { balancesView, holdingViews } from './capital-views.js';
import { legsOf } from './posting.js';
import type { PostingContent } from './posting.js';

/** A posting as a line of a statement. */
export function statementLine(posting: PostingContent): StatementLineView {
  const { number, at, occurredAt = at, about: kind, id: postingId, asset, reason } = posting;
  const reference = posting.orderId ?? posting.transferId ?? posting.reverses;
  return {
    number,
    bookedAt: at,
    occurredAt,
    kind,
    postingId,
    ...(reference !== undefined && { reference }),
    ...(reason !== undefined && { reason }),
    change: balancesView(balancesAfter(ZERO_BALANCES, legsOf(posting)), asset),
    traded: holdingViews(holdingsAfter({}, readAssetLegs(posting.assetLegs))),
  };
}

const AMOUNTS = [
  'allocated',
  'reservedForOrders',
  'reservedForPositions',
  'inTransit',
  'realizedPnl',
  'fees',
  'shortfall',
  'available',
] as const satisfies readonly (keyof BalancesView)[];

const COLUMNS = ['line', 'number', 'bookedAt', 'occurredAt', 'postingId', 'reference', 'reason', ...AMOUNTS, 'traded'];

/** The first line of a statement as CSV. */
export const STATEMENT_CSV_HEAD = csvRow(COLUMNS);

/** The balances at the beginning of a period or at its end, as a line of CSV. */
export function balancesCsv(line: 'opening' | 'closing', at: string, balances: BalancesView): string {
  const amounts = AMOUNTS.map((field) => balances[field]);
  return csvRow([line, '', at, '', '', '', '', ...amounts, '']);
}

/** A line of a statement as CSV. What was traded stands in one field, assets separated by spaces: `AAPL 4`. */
export function lineCsv({ kind, change, traded, ...line }: StatementLineView): string {
  const { number, bookedAt, occurredAt, postingId, reference = '', reason = '' } = line;
  const told = [kind, `${number}`, bookedAt, occurredAt, asText(postingId), asText(reference), asText(reason)];
  const amounts = AMOUNTS.map((field) => change[field]);
  return csvRow([...told, ...amounts, asText(traded.map(({ asset, quantity }) => `${asset} ${quantity}`).join(' '))]);
}

/** Beginnings for which a spreadsheet takes a text for a formula. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** A text that no spreadsheet computes: an apostrophe before what would be taken for a formula. */
function asText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** RFC 4180: quoted where it must be, ended by CR and LF. */
function csvRow(fields: readonly string[]): string {
  const quoted = fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
  return `${quoted.join(',')}\r\n`;
}
