import type { ConfigurationDocument } from '@ballast/contracts/accounts';
import { LiveSettings } from './live-settings.js';
import { Readiness } from './readiness.js';

const KEY = 'trading.open-orders-max';
const NOTHING = () => {};
const LOG = { debug: NOTHING, info: NOTHING, warn: NOTHING, error: NOTHING };

/** What accounts answers, one after the other and the last again and again; an error is an accounts that is away. */
function settingsThatRead(...answers: (ConfigurationDocument['values'] | Error | 'same')[]) {
  const tags: (string | undefined)[] = [];
  const readiness = new Readiness();
  const settings = new LiveSettings(
    async (tag) => {
      tags.push(tag);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      if (answer === 'same' || answer === undefined) return undefined;
      return { tag: `"${tags.length}"`, document: { revision: tags.length, values: answer } };
    },
    LOG,
    readiness,
  );
  const isReady = async () => (await readiness.find()).checks[0]?.ok;
  return { settings, tags, isReady };
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAtMs = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > giveUpAtMs) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('what is set is known when the start is complete, and asked for by its tag from then on', async () => {
  const { settings, tags, isReady } = settingsThatRead({ [KEY]: 7 }, 'same', { [KEY]: 8 });
  expect([settings.get(KEY), await isReady()]).toEqual([100, false]);
  await settings.onModuleInit();
  expect([settings.get(KEY), settings.set('tabs.advice'), await isReady()]).toEqual([7, undefined, true]);
  await until(() => settings.get(KEY) === 8);
  expect(tags.slice(0, 3)).toEqual([undefined, '"1"', '"1"']);
  await settings.onApplicationShutdown();
});

it('defaults hold while accounts was never there, and what was known last while it is away', async () => {
  const away = new Error('away');
  const { settings, tags, isReady } = settingsThatRead(away, { [KEY]: 7 }, away);
  await settings.onModuleInit();
  expect([settings.get(KEY), await isReady()]).toEqual([100, false]);
  await until(() => settings.get(KEY) === 7);
  await until(() => tags.length > 3);
  expect([settings.get(KEY), await isReady()]).toEqual([7, true]);
  await settings.onApplicationShutdown();
});

it('a value that this service does not take changes nothing, and a name that it does not know is none of its business', async () => {
  const { settings } = settingsThatRead(
    { [KEY]: 7 },
    { [KEY]: 501, 'tabs.advice': true, 'trading.of-tomorrow': 1, 'trading.position-usd-max': 'much' },
  );
  await settings.onModuleInit();
  await until(() => settings.get('tabs.advice'));
  expect([settings.get(KEY), settings.get('trading.position-usd-max')]).toEqual([7, '10000000']);
  await settings.onApplicationShutdown();
});
