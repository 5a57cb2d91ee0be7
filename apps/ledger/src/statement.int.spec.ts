import { newUserId } from '@ballast/contracts';
import type { Problem } from '@ballast/contracts';
import { STATEMENT_CSV_LINES_MAX } from '@ballast/contracts/ledger';
import type { BalancesView, StatementLineView, StatementView } from '@ballast/contracts/ledger';
import { partitionOf } from './adapters/ledger-documents.js';
import type { PostingDocument } from './adapters/ledger-documents.js';
import { ask, bearer, startBench } from './testing/bench.js';
import type { Answer, Bench, TestProfile } from './testing/bench.js';
import { postingsOf, profileWithHistory } from './testing/profile-with-history.js';

const LONG_AGO = '2026-01-01T00:00:00.000Z';
const FAR_OFF = '2999-01-01T00:00:00.000Z';

describe('a statement', () => {
  let bench: Bench;
  let profile: TestProfile;
  let postings: PostingDocument[];
  beforeAll(async () => {
    bench = await startBench();
    profile = await profileWithHistory(bench);
    postings = await postingsOf(bench, profile);
  });
  afterAll(() => bench.close());

  const urlOf = (below: string): string => `${bench.ledger.url}/v1/profiles/${profile.profileId}/capital/${below}`;
  const get = <Body>(below: string, who = profile): Promise<Answer<Body>> =>
    ask(urlOf(below), { headers: bearer(who) });
  const atOf = (index: number): string => (postings[index] as PostingDocument).at;

  /** All pages of a statement, `limit` lines each; `meanwhile` happens after the first. */
  async function pagesOf(period: string, limit: number, meanwhile?: () => Promise<unknown>): Promise<StatementView[]> {
    const pages: StatementView[] = [];
    let cursor: string | undefined;
    do {
      const { status, body } = await get<StatementView>(
        `statement?${period}&limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      pages.push(body);
      cursor = body.nextCursor;
      if (pages.length === 1) await meanwhile?.();
    } while (cursor !== undefined);
    return pages;
  }
  const linesIn = (pages: readonly StatementView[]): StatementLineView[] => pages.flatMap(({ items }) => items);
  const cents = (text: string): bigint => BigInt(text.replace('.', ''));

  function addsUp(opening: BalancesView, lines: readonly StatementLineView[], closing: BalancesView): void {
    for (const field of Object.keys(opening) as (keyof BalancesView)[]) {
      const changes = lines.reduce((sum, { change }) => sum + cents(change[field]), 0n);
      expect([field, cents(opening[field]) + changes]).toEqual([field, cents(closing[field])]);
    }
  }

  it('has the postings of a half-open period, and its opening and changes make its closing, to the cent', async () => {
    const pages = await pagesOf(`from=${atOf(2)}&to=${atOf(8)}`, 100);
    const [view] = pages as [StatementView];
    expect(view.items.map(({ number }) => number)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(view.items.map(({ postingId }) => postingId)).toEqual(postings.slice(2, 8).map(({ id }) => id));
    expect(view.items[4]).toMatchObject({ kind: 'adjustment', occurredAt: '2026-10-01T00:00:00.000Z' });
    expect(view.items[5]).toMatchObject({ kind: 'exit-execution', traded: [{ asset: 'AAPL', quantity: '-7' }] });
    expect(view).toMatchObject({ linesTotal: 6, isFinal: true, opening: { allocated: '10000.00', fees: '12.34' } });
    addsUp(view.opening, view.items, view.closing);
    const [empty] = (await pagesOf(`from=${LONG_AGO}&to=${atOf(0)}`, 100)) as [StatementView];
    expect(empty).toMatchObject({ linesTotal: 0, items: [], opening: { available: '0.00' } });
    expect(empty.closing).toEqual(empty.opening);
  });

  it.each([1, 3, 10])('is the same in pages of %d', async (limit) => {
    const period = `from=${LONG_AGO}&to=${atOf(9)}`;
    const [whole] = (await pagesOf(period, 500)) as [StatementView];
    const pages = await pagesOf(period, limit);
    expect(linesIn(pages)).toEqual(whole.items);
    expect(pages).toHaveLength(Math.ceil(9 / limit));
    for (const { opening, closing, linesTotal } of pages) {
      expect({ opening, closing, linesTotal }).toEqual({
        opening: whole.opening,
        closing: whole.closing,
        linesTotal: 9,
      });
    }
  });

  it('is of one state of the ledger, whatever is booked between its pages', async () => {
    const before = (await postingsOf(bench, profile)).length;
    const pages = await pagesOf(`from=${LONG_AGO}&to=${FAR_OFF}`, 4, () => bench.move(profile, 'deposits', '5.00'));
    expect(linesIn(pages)).toHaveLength(before);
    const [first] = pages as [StatementView];
    expect(first.isFinal).toBe(false);
    expect(pages.every(({ linesTotal }) => linesTotal === before)).toBe(true);
    addsUp(first.opening, linesIn(pages), pages.at(-1)?.closing as BalancesView);
    expect(linesIn(await pagesOf(`from=${LONG_AGO}&to=${FAR_OFF}`, 500))).toHaveLength(before + 1);
  });

  it('is given as CSV that no spreadsheet computes', async () => {
    const response = await fetch(urlOf(`statement.csv?from=${LONG_AGO}&to=${atOf(9)}`), { headers: bearer(profile) });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="statement.csv"');
    const rows = (await response.text()).split('\r\n');
    expect(rows.pop()).toBe('');
    expect(rows.map((row) => row.split(',')[0])).toEqual([
      'line',
      'opening',
      ...postings.slice(0, 9).map(({ about }) => about),
      'closing',
    ]);
    expect(rows[3]).toContain(`,"'=SUM(A1), ""said"" he",0.00,0.00,0.00,0.00,0.00,12.34,0.00,-12.34,`);
    expect(rows.at(-1)).toContain(',10050.00,0.00,0.00,0.00,');
  });

  it('is not given as CSV beyond what one answer holds', async () => {
    const other = await bench.openProfile();
    await bench.move(other, 'deposits', '1.00');
    const [posting] = await postingsOf(bench, other);
    const far = { ...posting, id: 'posting:made', number: STATEMENT_CSV_LINES_MAX + 1, at: '2998-01-01T00:00:00.000Z' };
    await bench.store.commit(partitionOf(other.profileId), [{ create: far }]);
    const url = `${bench.ledger.url}/v1/profiles/${other.profileId}/capital/statement.csv?from=${LONG_AGO}&to=${FAR_OFF}`;
    const { status, body } = await ask<Problem>(url, { headers: bearer(other) });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '/to']);
  });

  it.each([
    [`statement?to=${FAR_OFF}`, '/from'],
    [`statement?from=${FAR_OFF}&to=${FAR_OFF}`, '/to'],
    [`statement?from=${LONG_AGO}&to=${FAR_OFF}&limit=501`, 'limit'],
    [`statement?from=${LONG_AGO}&to=${FAR_OFF}&cursor=1.2`, 'cursor'],
    [`statement.csv?from=${FAR_OFF}&to=${LONG_AGO}`, '/to'],
    [`statement.csv?from=${LONG_AGO}&to=${FAR_OFF}&limit=1`, '/limit'],
  ])('is not given for %s', async (below, pointer) => {
    const { status, body } = await get<Problem>(below);
    expect([status, body.errors?.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  it.each(['statement', 'statement.csv'])('is not given to others: %s', async (path) => {
    const stranger = { ...profile, token: await bench.tokenFor(newUserId(Date.now()), 'trader') };
    expect((await get(`${path}?from=${LONG_AGO}&to=${FAR_OFF}`, stranger)).status).toBe(404);
  });
});
