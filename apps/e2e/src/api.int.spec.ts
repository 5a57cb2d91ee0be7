import { setTimeout as delay } from 'node:timers/promises';
import { ProfileStream } from '@ballast/client';
import type { StreamedEvent } from '@ballast/client';
import { newUserId } from '@ballast/contracts';
import { ROLES } from '@ballast/contracts/accounts';
import type { PlacedOperation } from '../../gateway/src/domain/openapi.js';
import { ApiPlatform } from './api/api-platform.js';
import type { Ask } from './api/api-platform.js';
import { Belongings } from './api/belongings.js';
import { callThroughClient } from './api/client-trials.js';
import { runReadme } from './api/published-client.js';
import { OPERATIONS, isPublic } from './api/document.js';
import { endSomething } from './api/ended.js';
import type { Ended } from './api/ended.js';
import { foreignAsks, ownAsk } from './api/foreign.js';
import { FUZZ_CASES, fuzzAll } from './api/fuzz.js';
import { bodyBreaches, commonBreaches, isWrite } from './api/rest-rules.js';
import { RestKeeper } from './api/rest-keeper.js';
import { pageBreaches, repeatBreaches, versionBreaches } from './api/rest-writes.js';
import { attemptsAt, isAsDocumented, ownersOf, requestOf } from './api/matrix.js';

/** Milliseconds for everything that happens before the first test, on a busy machine. */
const START_MS_MAX = 240_000;

/** Findings of one operation that a failure shows. */
const FOUND_SHOWN = 5;

const POLL_MS = 25;
/** How a request may end that names what is not the caller's, beside the path. */
const REFUSED = [400, 403, 404, 422];
/** Resolves when the condition holds; fails after a minute. */
async function until(condition: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not happen');
    await delay(POLL_MS);
  }
}

/** Some of the writes that examples suffice for: these were truly done, and done once. */
const WRITTEN = [
  ...['cancelOrder', 'cancelOrders', 'setTradingLimits', 'setControls', 'revokeApiKey', 'changeUser'],
  ...['setUsagePlan', 'redriveDeadLetters', 'setCapitalLimits', 'setCapitalMonitor', 'depositCapital'],
];
const depthOf = ({ path }: PlacedOperation): number => path.split('/').length;
/** Whether it holds within half a minute. */
async function heldAtLast(condition: () => Promise<boolean>): Promise<boolean> {
  for (const giveUpAtMs = Date.now() + 30_000; Date.now() < giveUpAtMs; await delay(POLL_MS)) {
    if (await condition()) return true;
  }
  return false;
}

const secondFactor = (): { mfa_at: number } => ({ mfa_at: Math.floor(Date.now() / 1_000) });

let platform: ApiPlatform;
let victim: Belongings;
let attacker: Belongings;

beforeAll(async () => {
  platform = await ApiPlatform.start();
  [victim, attacker] = await Promise.all([Belongings.of(platform), Belongings.of(platform)]);
}, START_MS_MAX);
afterAll(() => platform.close());

describe('who may', () => {
  const secured = OPERATIONS.filter(([, placed]) => !isPublic(placed));
  let ended: Ended;
  beforeAll(async () => {
    ended = await endSomething(platform);
  }, START_MS_MAX);

  it.each(secured)('%s is as the document says, at the gateway and at its owner', async (_name, placed) => {
    const owners = await ownersOf(platform, placed);
    const ask = requestOf(placed);
    const surprises = [];
    for (const attempt of await attemptsAt(platform, placed, ended)) {
      for (const url of [platform.gateway, ...owners]) {
        const { token } = attempt;
        const told = await platform.ask({ ...ask, ...(token !== undefined && { token }) }, url);
        if (!isAsDocumented(attempt, told)) surprises.push([attempt.who, url, told.status, told.text]);
      }
    }
    expect(surprises).toEqual([]);
  });

  it.each(OPERATIONS.filter(([, placed]) => isPublic(placed)))('%s needs no token', async (_name, placed) => {
    const { status, json } = await platform.ask(requestOf(placed));
    expect([status, (json as { code?: string }).code]).not.toEqual([401, 'unauthorized']);
  });
});

describe('what somebody else owns', () => {
  it.each(OPERATIONS)(
    'is not there for %s, wherever it is named, at the gateway and at its owner',
    async (_name, placed) => {
      const roles = placed.operation['x-roles'] ?? [];
      const asks = foreignAsks(placed, victim, attacker);
      const urls = asks.length === 0 ? [] : [platform.gateway, ...(await ownersOf(platform, placed))];
      for (const { name, isInPath, ask } of asks) {
        for (const [role, url] of urls.flatMap((at) => [['viewer', at] as const, ['trader', at] as const])) {
          const token = await platform.token({ role, userId: attacker.userId, claims: secondFactor() });
          const { status, text } = await platform.ask({ ...ask, token }, url);
          const allowed = !roles.includes(role) ? [403] : isInPath ? [404] : REFUSED;
          if (!allowed.includes(status))
            throw new Error(`${role} names ${name} of ${url}${ask.path}: ${status} ${text}`);
          const said = JSON.stringify(ask);
          expect(victim.all.filter((id) => text.includes(id) && !said.includes(id))).toEqual([]);
        }
      }
    },
  );

  it('is there for its owner', async () => {
    const reads = OPERATIONS.filter(
      ([, placed]) => placed.method === 'GET' && foreignAsks(placed, victim, attacker).some(({ isInPath }) => isInPath),
    ).filter(([, { operation }]) => operation['x-roles']?.includes('trader'));
    expect(reads.length).toBeGreaterThan(10);
    for (const [name, placed] of reads) {
      // Audit has heard of the order a moment later.
      const isThere = async (): Promise<boolean> =>
        (await platform.ask({ ...ownAsk(placed, victim), token: victim.token })).status !== 404;
      expect([name, await heldAtLast(isThere)]).toEqual([name, true]);
    }
  });

  it.each(OPERATIONS.filter(([, { method, path }]) => method === 'GET' && !path.includes('{')))(
    'is not listed by %s',
    async (_name, placed) => {
      const ask = ownAsk(placed, attacker);
      const { text } = await platform.ask({ ...ask, token: attacker.token });
      expect(victim.all.filter((id) => text.includes(id))).toEqual([]);
    },
  );
});

describe('the client', () => {
  it.each(OPERATIONS)('calls %s', async (_name, placed) => {
    const pattern = new RegExp(`^${placed.path.replace(/\{\w+\}/g, '[^/]+')}$`);
    const called = await callThroughClient(platform, placed);
    expect(called).toEqual([
      { method: placed.method, path: expect.stringMatching(pattern), status: expect.any(Number) },
    ]);
    expect(called[0]?.status).not.toBe(405);
  });

  it('as a package in plain Node, typed as it is published, does what its README says', async () => {
    const lines = await runReadme({
      BALLAST_URL: platform.gateway,
      BALLAST_USERNAME: 'demo',
      BALLAST_PASSWORD: await platform.firstPassword('demo'),
    });
    expect(lines.some((line) => /^(ord_\w+ |refused [a-z-]+)/.test(line))).toBe(true);
  });

  it('hears a profile: how it stands, and then each event once, across a lost connection', async () => {
    const snapshots: unknown[] = [];
    const events: StreamedEvent[] = [];
    const stream = new ProfileStream({
      ...{ baseUrl: platform.gateway, profileId: victim.otherProfileId },
      tokens: { current: async () => victim.token },
      onSnapshot: (snapshot) => void snapshots.push(snapshot),
      onEvent: (event) => void events.push(event),
    });
    const deposits = (): number => events.filter(({ type }) => type === 'capital.deposited.v1').length;
    const deposit = (): Promise<unknown> =>
      platform.write({
        ...{ method: 'POST', path: `/v1/profiles/${victim.otherProfileId}/deposits` },
        ...{ token: victim.token, body: { amount: '1.00' } },
      });
    try {
      await until(() => snapshots.length === 1);
      await deposit();
      await until(() => deposits() === 1);
      stream.interrupt();
      await deposit();
      await until(() => deposits() === 2);
      const numbers = events.filter(({ topic }) => topic === 'ledger').map(({ sequence }) => sequence);
      expect(numbers).toEqual([...new Set(numbers)].sort((a = 0, b = 0) => a - b));
      expect(snapshots).toHaveLength(1);
    } finally {
      stream.close();
    }
  });
});

describe('a rule of REST', () => {
  let own: (placed: PlacedOperation) => Ask;
  let foreign: (placed: PlacedOperation) => Ask;
  beforeAll(async () => {
    const [keeper, other] = await Promise.all([RestKeeper.of(platform), RestKeeper.of(platform)]);
    own = (placed) => keeper.ask(placed);
    foreign = (placed) => other.ask(placed);
  }, START_MS_MAX);

  it.each(OPERATIONS)('is kept by %s whoever asks: ids, what is left, problems', async (_name, placed) => {
    expect(await commonBreaches(platform, placed, own(placed))).toEqual([]);
  });

  it.each(OPERATIONS.filter(([, placed]) => isWrite(placed)))('is kept by %s: bodies', async (_name, placed) => {
    expect(await bodyBreaches(platform, placed, own(placed))).toEqual([]);
  });

  it('is kept by every list: pages', async () => {
    const leading: string[] = [];
    for (const [name, placed] of OPERATIONS) {
      const { breaches, hasNext } = await pageBreaches(platform, placed, {
        own: own(placed),
        foreign: foreign(placed),
      });
      expect([name, breaches]).toEqual([name, []]);
      if (hasNext) leading.push(name);
    }
    expect(leading).toEqual(expect.arrayContaining(['listProfiles', 'listOrders', 'listApiKeys', 'listUsers']));
  });

  it('is kept by every write: versions, and one answer under a key', async () => {
    const done: string[] = [];
    // One thing before all of its kind, which may be gone then.
    const writes = OPERATIONS.filter(([, placed]) => isWrite(placed)).sort(([, a], [, b]) => depthOf(b) - depthOf(a));
    for (const [name, placed] of writes) {
      const versions = await versionBreaches(platform, placed, own(placed));
      const { breaches, status } = await repeatBreaches(platform, placed, own(placed));
      expect([name, [...versions, ...breaches]]).toEqual([name, []]);
      if (status < 300) done.push(name);
    }
    expect(WRITTEN.filter((name) => !done.includes(name))).toEqual([]);
  });
});

describe(`${FUZZ_CASES} made-up requests`, () => {
  let found: ReturnType<typeof fuzzAll>;
  beforeAll(async () => {
    const claims = secondFactor();
    const others = await Promise.all(
      ROLES.map((role) => platform.token({ role, userId: newUserId(Date.now()), claims })),
    );
    const owner = await platform.token({ userId: victim.userId, claims });
    const tokens = [owner, owner, owner, victim.token, attacker.token, ...others, 'no'];
    found = fuzzAll(platform, { owners: [victim, attacker], tokens });
  });

  it.each(OPERATIONS)(
    'for %s are answered as the document says',
    async (name) => {
      expect((await found.get(name))?.found.slice(0, FOUND_SHOWN)).toEqual([]);
    },
    START_MS_MAX,
  );
});
