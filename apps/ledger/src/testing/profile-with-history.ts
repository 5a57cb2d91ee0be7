import { newUserId } from '@ballast/contracts';
import { partitionOf } from '../adapters/ledger-documents.js';
import type { PostingDocument } from '../adapters/ledger-documents.js';
import type { Answer, Bench, TestProfile } from './bench.js';
import { hearingOf } from './hearing.js';
import { OrderScript } from './order-script.js';

/** Postings of a test's profile, at most. */
const POSTINGS_MAX = 100;

/** The same profile, asked about by an operator. */
export async function operatorOf(bench: Bench, profile: TestProfile): Promise<TestProfile> {
  return { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'operator') };
}

/** The stored postings of a profile, in their order. */
export async function postingsOf(bench: Bench, { profileId }: TestProfile): Promise<PostingDocument[]> {
  const { items } = await bench.store.query<PostingDocument>({
    query: "SELECT * FROM c WHERE c.kind = 'posting'",
    parameters: {},
    partition: partitionOf(profileId),
    pageSize: POSTINGS_MAX,
  });
  return items.sort((left, right) => left.number - right.number);
}

/** A profile of ten postings: an order, its fills and their position sold again, and entries by hand that tell of before. */
export async function profileWithHistory(bench: Bench): Promise<TestProfile> {
  const profile = await bench.openProfile();
  const operator = await operatorOf(bench, profile);
  const hear = hearingOf(bench.ledger);
  const by = (path: string, amount: string, occurredAt: string): Promise<Answer<unknown>> =>
    bench.send(operator, { path, body: { amount, occurredAt, ...(path !== 'deposits' && { reason: REASON }) } });
  await bench.move(profile, 'deposits', '10000.00');
  await by('fees', '12.34', '2026-11-01T00:00:00.000Z');
  const buy = new OrderScript(profile, { intent: 'entry', quantity: '10', holdUnits: '100100' });
  const events = [
    buy.placed(),
    buy.executed({ quantity: '4', price: '99', fee: '0.4' }),
    buy.executed({ quantity: '3', price: '99.50', fee: '0.3' }),
    buy.ended(),
  ];
  for (const event of events) await hear(event);
  await by('adjustments', '-3.21', '2026-10-01T00:00:00.000Z');
  const sell = new OrderScript(profile, { intent: 'exit', quantity: '7', closedCostUnits: '69450' });
  await hear(sell.executed({ quantity: '7', price: '110', fee: '0.77' }));
  await by('deposits', '50.00', '2026-10-31T23:59:59.999Z');
  await by('fees', '1.00', '2026-11-01T00:00:00.001Z');
  return profile;
}

/** The reason of every entry: what a spreadsheet would compute, and what CSV must quote. */
export const REASON = '=SUM(A1), "said" he';
