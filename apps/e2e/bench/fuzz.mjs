/**
 * The made-up requests of `api.int.spec.ts` by themselves, more of them, and what each operation answered:
 * `node apps/e2e/bench/fuzz.mjs --cases 1000 --seed 7`. Ends with 1 where an answer is not as the document says.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const CASES = '1000';
/** Another seed than that of every test run, and another one each time. */
const ANY_SEED = 0x7fff_ffff;

const { values: told } = parseArgs({
  options: { cases: { type: 'string', default: CASES }, seed: { type: 'string' } },
});
const cases = Number(told.cases);
const seed = Number(told.seed ?? Math.floor(Math.random() * ANY_SEED));
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) throw new Error('--cases N --seed N');

const root = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'ballast-fuzz-'));
const report = join(scratch, 'operations.jsonl');
const startedMs = Date.now();
console.log(`${cases} requests for each operation, seed ${seed}`);
const jest = spawn(
  process.execPath,
  [
    join(root, 'node_modules/jest/bin/jest.js'),
    ...['--selectProjects', 'integration', '--runInBand', '--silent'],
    ...['--testNamePattern', 'made-up requests', '--', 'apps/e2e/src/api.int.spec.ts'],
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FUZZ_CASES: String(cases), FUZZ_SEED: String(seed), FUZZ_REPORT: report },
  },
);
jest.on('exit', (code) => {
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  const lines = text.split('\n').filter((line) => line !== '');
  tell(lines.map((line) => JSON.parse(line)));
  rmSync(scratch, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});

function tell(operations) {
  const rows = operations.map(({ name, sent, found, statuses }) => ({ name, sent, found, ...statuses }));
  console.table(rows.sort((left, right) => (left.name < right.name ? -1 : 1)));
  const sum = (field) => operations.reduce((total, operation) => total + operation[field], 0);
  const seconds = Math.round((Date.now() - startedMs) / 1_000);
  console.log(
    `${operations.length} operations, ${sum('sent')} requests, ${sum('found')} answers that are not documented, ` +
      `seed ${seed}, ${seconds} s`,
  );
}
