import { runCampaign } from './faults/campaign.js';
import { PLACES } from './faults/schedule.js';

const ROUNDS = 2;
const SEED = 7;
const ROUND_MS = 4_000;
const TEST_MS_MAX = 600_000;

describe('orders while everything is killed and disturbed, in two short rounds', () => {
  it(
    'are there once, are posted, audited and told once, and leave nothing behind',
    async () => {
      const told: string[] = [];
      const { rounds, violations, slow } = await runCampaign({
        ...{ rounds: ROUNDS, seed: SEED, roundMs: ROUND_MS },
        replicated: ['orders', 'gateway'],
        without: [],
        print: (line) => void told.push(line),
      });
      if (violations.length + slow.length > 0) throw new Error(told.join('\n'));
      expect(rounds).toHaveLength(ROUNDS);
      for (const { fills, heard, killPoints } of rounds) {
        expect([fills > 0, heard > 0]).toEqual([true, true]);
        expect([...killPoints.keys()].sort()).toEqual(PLACES.map(({ service, point }) => `${service} ${point}`).sort());
      }
    },
    TEST_MS_MAX,
  );
});
