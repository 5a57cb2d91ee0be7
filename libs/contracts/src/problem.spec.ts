import { PROBLEMS } from './problem.js';
import { ORDER_REFUSAL_CODES } from './refusals.js';

/** Titles of RFC 9110 are not repeated: ours say what to do or what is missing. */
const STATUSES = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503];

describe('problems', () => {
  it.each(Object.entries(PROBLEMS))('%s has a status that callers know and one sentence', (code, { status, title }) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(STATUSES).toContain(status);
    expect(title).toMatch(/^[A-Z][^.]*\.$/);
  });

  it('have titles of their own', () => {
    const titles = Object.values(PROBLEMS).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('never share a code with a refusal, which says more', () => {
    for (const code of ORDER_REFUSAL_CODES) expect(PROBLEMS).not.toHaveProperty([code]);
  });
});
