import { Failure } from '@ballast/contracts';
import { VenueOutcomeUnknown, VenueRejected, VenueUnavailable } from '@ballast/venue';
import { failureOf } from './venue-calls.js';

describe('what the broker throws', () => {
  it('is waited for as long as the broker asks', () => {
    expect(failureOf(new VenueUnavailable('the venue limits our rate', { retryAfterMs: 3_000 }))).toMatchObject({
      code: 'venue-unavailable',
      retryAfterMs: 3_000,
    });
  });

  it('is a failure while the broker is away or its answer is not known, and else stays what it is', () => {
    expect(failureOf(new VenueUnavailable('refused to connect'))).toBeInstanceOf(Failure);
    expect(failureOf(new VenueOutcomeUnknown('timed out'))).toBeInstanceOf(Failure);
    const refusal = new VenueRejected('403', 'no');
    expect(failureOf(refusal)).toBe(refusal);
  });
});
