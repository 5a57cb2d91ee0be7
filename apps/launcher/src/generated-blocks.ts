import { CAPITAL_REFUSALS, EVENTS, ORDER_REFUSALS, hearersOf, topology } from '@ballast/contracts';
import type { EventDeclaration } from '@ballast/contracts';
import type { EventEnvelope } from '@ballast/contracts';
import { asyncApiDocument } from '@ballast/contracts/asyncapi';
import { eventSchemas } from '@ballast/contracts/event-schema';
import { orderExecuted, orderOpened, orderPlaced, orderSubmitted } from '@ballast/contracts/orders';
import { capitalHeld, capitalPosted } from '@ballast/contracts/ledger';

/** One step in the life of an order: who does it, in which file, and what is published then. */
interface Step {
  readonly what: string;
  readonly file: string;
  readonly event?: EventDeclaration;
}

/** The life of one resting order; the event and hearer columns come from the contracts. */
export const LIFE_OF_ONE_ORDER: readonly Step[] = [
  {
    what: 'The gateway takes `POST /v1/orders` and forwards it',
    file: 'apps/gateway/src/place-order.ts',
  },
  {
    what: 'Orders decides and commits the order with its event',
    file: 'apps/orders/src/place-order.ts',
    event: orderPlaced,
  },
  { what: 'The ledger reserves its worst cost', file: 'apps/ledger/src/hold-capital.ts', event: capitalHeld },
  {
    what: 'Orders commits that it submits, then calls the broker',
    file: 'apps/orders/src/submit-order.ts',
    event: orderSubmitted,
  },
  { what: 'The broker’s answer says that it rests', file: 'apps/orders/src/submit-order.ts', event: orderOpened },
  {
    what: 'The broker fills it, in whole or in part',
    file: 'apps/orders/src/record-execution.ts',
    event: orderExecuted,
  },
  {
    what: 'The ledger posts cost and fee, and frees what is left',
    file: 'apps/ledger/src/post-execution.ts',
    event: capitalPosted,
  },
  { what: 'Audit chains a record of every event above', file: 'apps/audit/src/record-events.ts' },
  { what: 'The gateway broadcasts every event to its owner', file: 'apps/gateway/src/adapters/broadcaster.ts' },
];

/** The table that the README opens with. */
export function lifeOfOneOrder(): string {
  const rows = LIFE_OF_ONE_ORDER.map(({ what, file, event }, index) => [
    `${index + 1}`,
    what,
    `[\`${file.replace('/src', '').replace('apps/', '')}\`](${file})`,
    event === undefined ? '' : `\`${event.type}\``,
    event === undefined ? '' : hearersOf(event).join(', '),
  ]);
  return table(['', 'step', 'file', 'event published', 'heard by'], rows);
}

/** Every published event with its meaning and hearers. */
export function eventTable(): string {
  const rows = EVENTS.map((event) => [`\`${event.type}\``, event.topic, event.meaning, hearersOf(event).join(', ')]);
  return table(['event', 'topic', 'meaning', 'heard by'], rows);
}

/** Every refusal of an order, in order of precedence. */
export function refusalTable(): string {
  return table(
    ['', 'code', 'meaning'],
    Object.entries(ORDER_REFUSALS).map(([code, meaning], index) => [`${index + 1}`, `\`${code}\``, meaning]),
  );
}

/** Every refusal of a request about capital, in order of precedence. */
export function capitalRefusalTable(): string {
  return table(
    ['code', 'meaning'],
    Object.entries(CAPITAL_REFUSALS).map(([code, meaning]) => [`\`${code}\``, meaning]),
  );
}

/** `infra/topology.json`: what the Azure templates create. */
export function topologyJson(): string {
  return `${JSON.stringify(topology, null, 2)}\n`;
}

/** `libs/contracts/event-schemas.json`: what readers in other languages check events against. */
export function eventSchemasJson(): string {
  return `${JSON.stringify(eventSchemas(), null, 2)}\n`;
}

/** `libs/contracts/asyncapi.json`: every topic and event, with the sample that `read` has of each. */
export function asyncApiJson(read: (path: string) => string): string {
  const sampleOf = (type: string): EventEnvelope =>
    JSON.parse(read(`libs/contracts/samples/${type}.json`)) as EventEnvelope;
  return `${JSON.stringify(asyncApiDocument(sampleOf), null, 2)}\n`;
}

/** The text with the block between its two markers replaced; throws when the markers are not there. */
export function withBlock(text: string, name: string, block: string): string {
  const [begin, end] = [`<!-- begin generated: ${name} -->`, `<!-- end generated: ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`there is no generated block ${name}`);
  return `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`;
}

/** A Markdown table, its columns as wide as Prettier makes them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => [...cell].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
