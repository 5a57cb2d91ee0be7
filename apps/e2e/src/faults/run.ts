import { parseArgs } from 'node:util';
import { GUARDS } from '@ballast/faults';
import type { Guard } from '@ballast/faults';
import { runCampaign, toldKillPoints } from './campaign.js';
import { PROOF_ROUNDS_MAX, proofTable, proveGuards } from './proof.js';

const REPLICATED = ['accounts', 'orders', 'ledger', 'audit', 'gateway'] as const;

const USAGE = `npm run faults -- [--rounds 3] [--seed 1] [--round-seconds 60] [--first-round 1] [--without <guard>] [--quiet]
       npm run faults -- --prove [--seed 1] [--rounds 3] [--round-seconds 15] [--without <guard>]

  --without  switches a guard off, to see that the campaign notices: ${GUARDS.join(', ')}
  --replicas services of which there are two: ${REPLICATED.join(',')}
  --prove    runs without each guard (or those of --without) in turn, and says which the campaign did not notice
  --quiet    the load without any faults
  --keep     keeps the data and logs though all is well

LOG_LEVEL=info lets the processes say more

exit code 0: every invariant holds after every round; 1: one does not, and the data and logs are kept for looking`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: `${PROOF_ROUNDS_MAX}` },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    'first-round': { type: 'string', default: '1' },
    'round-seconds': { type: 'string' },
    prove: { type: 'boolean', default: false },
    without: { type: 'string', multiple: true, default: [] },
    replicas: { type: 'string', default: 'accounts,orders,ledger,audit,gateway' },
    keep: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const without = values.without.filter((word): word is Guard => (GUARDS as readonly string[]).includes(word));
const lasting = values['round-seconds'] ?? (values.prove ? '15' : '60');
const numbers = [values.rounds, values.seed, lasting, values['first-round']].map(Number);
if (values.help || without.length < values.without.length || !numbers.every((number) => number > 0)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
const [rounds = 0, seed = 0, roundSeconds = 0, firstRound = 1] = numbers;

// The processes end with this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const common = {
  ...{ rounds, seed, roundMs: roundSeconds * 1_000 },
  replicated: REPLICATED.filter((name) => values.replicas.split(',').includes(name)),
  print: (line: string) => console.log(line),
};

if (values.prove) {
  const proofs = await proveGuards(common, without.length > 0 ? without : GUARDS);
  console.log(`\nseed ${seed}, at most ${rounds} rounds of ${roundSeconds} s\n\n${proofTable(proofs)}`);
  process.exit(proofs.every(({ isProven }) => isProven) ? 0 : 1);
}

console.log(
  `seed ${seed}: ${rounds} rounds of ${roundSeconds} s${without.map((guard) => `, without ${guard}`).join('')}`,
);
const result = await runCampaign({ ...common, firstRound, without, isQuiet: values.quiet, isKept: values.keep });
const { violations, slow, folder } = result;
console.log(
  violations.length === 0
    ? `✓ ${result.rounds.length} rounds of seed ${seed}, no violation`
    : `✗ seed ${seed}: ${violations.length} violations in round ${firstRound + result.rounds.length - 1}`,
);
console.log(`  ${toldKillPoints(result.rounds)}`);
for (const each of slow) console.log(`✗ ${each}`);
if (values.keep || violations.length + slow.length > 0) {
  const last = firstRound + result.rounds.length - 1;
  const guards = without.map((guard) => ` --without ${guard}`).join('');
  console.log(`  data and logs of all processes: ${folder}`);
  console.log(
    `  this round again: npm run faults -- --seed ${seed} --first-round ${last} --rounds 1 --round-seconds ${roundSeconds} --replicas ${values.replicas}${guards}`,
  );
}
process.exit(violations.length + slow.length === 0 ? 0 : 1);
