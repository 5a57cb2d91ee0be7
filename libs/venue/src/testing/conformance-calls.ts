import { inspect } from 'node:util';
import { VenueKeys, VenueOutcomeUnknown, VenueUnavailable } from '../index.js';
import { eventually } from './paper-bench.js';
import { TamperingProxy, type Tamper } from './tampering-proxy.js';
import type { Stage } from './venue-conformance.js';

const WAIT_S = 600;

/** What becomes of a call when the venue is unwell. */
export function calls(stage: Stage): void {
  let proxy: TamperingProxy | undefined;
  afterEach(async () => {
    jest.restoreAllMocks();
    await proxy?.close();
    proxy = undefined;
  });

  /** An adapter behind something that answers orders in the venue's place. */
  const behind = async (tamper: Tamper): Promise<Awaited<ReturnType<typeof stage.subject.open>>> => {
    proxy = await TamperingProxy.before(stage.bench.paper.url, (request, response) =>
      request.method === 'POST' ? tamper(request, response) : false,
    );
    return stage.subject.open(stage.bench, { url: proxy.url });
  };

  describe('a call', () => {
    it.each([
      ['filled', 'drop', 'filled'],
      ['filled', 'error', 'filled'],
      ['open', 'drop', 'open'],
      ['rejected', 'drop', 'rejected'],
      ['never-arrived', 'drop', undefined],
    ])('to submit whose answer is lost is unknown until it is looked up: %s, by %s', async (outcome, answer, found) => {
      await stage.bench.faults({ kind: 'lost-answer', outcome, answer });
      const request = stage.order();
      await expect(stage.venue.submit(request)).rejects.toBeInstanceOf(VenueOutcomeUnknown);
      expect((await stage.venue.lookup(request.brokerKey))?.status).toBe(found);
    });

    it('to submit that nobody answers is unknown at its deadline, and sent again makes no second order', async () => {
      const deadline = new AbortController();
      const timeout = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => deadline.signal);
      await stage.bench.faults({ kind: 'lost-answer', outcome: 'open', answer: 'hang' });
      const request = stage.order();
      const unanswered = expect(stage.venue.submit(request)).rejects.toBeInstanceOf(VenueOutcomeUnknown);
      await eventually(async () => (await stage.bench.pending()) === 0, 'the venue has the order');
      deadline.abort(new DOMException('too late', 'TimeoutError'));
      await unanswered;
      expect(timeout).toHaveBeenCalledWith(stage.venue.capabilities.callDeadlineMs);
      timeout.mockRestore();
      const again = await stage.venue.submit(request);
      const open = await stage.venue.openOrders();
      expect(open.map(({ venueOrderId }) => venueOrderId)).toEqual([again.venueOrderId]);
    });

    it.each([500, 502, 503, 504, 408])(
      'to submit answered with a %d is unknown, and a reading one may be repeated',
      async (status) => {
        const unwell = await behind((_, response) => Boolean(response.writeHead(status).end()));
        await expect(unwell.submit(stage.order())).rejects.toBeInstanceOf(VenueOutcomeUnknown);
        await stage.bench.faults({ kind: 'server-error', status: 503, operation: 'orders' });
        await expect(stage.venue.openOrders()).rejects.toBeInstanceOf(VenueUnavailable);
      },
    );

    it.each(['not json', '{}', '{"id":1'])('to submit answered with %p is unknown', async (text) => {
      const garbled = await behind((_, response) => Boolean(response.writeHead(200).end(text)));
      await expect(garbled.submit(stage.order())).rejects.toBeInstanceOf(VenueOutcomeUnknown);
    });

    it('to a venue that is not there did surely nothing', async () => {
      const nowhere = await TamperingProxy.before(stage.bench.paper.url, () => false);
      await nowhere.close();
      const lost = await stage.subject.open(stage.bench, { url: nowhere.url });
      await expect(lost.submit(stage.order())).rejects.toBeInstanceOf(VenueUnavailable);
      await expect(lost.lookup('any')).rejects.toBeInstanceOf(VenueUnavailable);
    });

    it('with keys that the venue does not know finds it unavailable, and repeats no key', async () => {
      const stranger = await stage.subject.open(stage.bench, {
        keys: new VenueKeys('a-strange-key', 'a-strange-secret'),
      });
      const errors = await Promise.all(
        [stranger.submit(stage.order()), stranger.openOrders()].map((call) => call.catch((error: Error) => error)),
      );
      for (const error of errors) {
        expect(error).toBeInstanceOf(VenueUnavailable);
        expect(String(error)).not.toContain('strange');
      }
    });

    it.each([200, 404, 418, 422, 429, 500])(
      'answered with a %d and our keys in its words repeats none of them',
      async (status) => {
        const chatty = await behind((request, response) => {
          const { 'apca-api-key-id': keyId, 'apca-api-secret-key': secret } = request.headers;
          const json = JSON.stringify({ code: 1, message: `bad ${String(keyId)} ${String(secret)}` });
          return Boolean(response.writeHead(status).end(json));
        });
        const error = await chatty.submit(stage.order()).catch((each: unknown) => each);
        expect(error).toBeInstanceOf(Error);
        for (const shown of [error, chatty]) {
          const text = inspect(shown, { depth: null, showHidden: true });
          expect(text.includes(stage.bench.paper.secret)).toBe(false);
          expect(text.includes(stage.bench.paper.keyId)).toBe(false);
        }
      },
    );

    it.each([
      ['429', 'the venue limits our rate'],
      ['418', 'the venue has banned us for a time'],
    ])('answered with a %s is the last for as long as the venue says', async (status, message) => {
      const limited = await stage.subject.open(stage.bench, { requestsPerMinute: 100_000 });
      await limited.assets();
      await stage.bench.faults({ kind: 'rate-limit', status, retryAfterS: WAIT_S, count: 2, operation: 'submit' });
      const request = stage.order();
      const refused = limited.submit(request);
      await expect(refused).rejects.toBeInstanceOf(VenueUnavailable);
      await expect(refused).rejects.toMatchObject({ message, retryAfterMs: WAIT_S * 1_000 });
      await expect(limited.submit(request)).rejects.toMatchObject({ message: expect.stringContaining('is used up') });
      await expect(limited.cancel('any')).rejects.toBeInstanceOf(VenueUnavailable);
      await expect(stage.bench.pending()).resolves.toBe(1);
      await stage.bench.heal();
      await expect(stage.venue.lookup(request.brokerKey)).resolves.toBeUndefined();
    });

    it('beyond the requests that the account has is not made', async () => {
      const poor = await stage.subject.open(stage.bench, { requestsPerMinute: 10 });
      const answers = await Promise.allSettled(Array.from({ length: 30 }, () => poor.clock()));
      const turnedAway = answers.filter(({ status }) => status === 'rejected');
      expect(turnedAway.length).toBeGreaterThanOrEqual(10);
    });
  });
}
