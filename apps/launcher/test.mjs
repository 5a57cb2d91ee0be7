/**
 * Everything that must hold before a change lands, in the order in which it is cheapest to find out. Prints what each
 * step took and ends with the count of tests, alone on a line.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'ballast-test-'));
const counts = { passed: 0, failed: 0 };
let broken = false;

// Nx runs without its own database of results where the machine forbids it, and never phones home.
const env = {
  ...process.env,
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  FORCE_COLOR: process.env.CI ? '0' : process.env.FORCE_COLOR,
};

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', env }).status === 0;
}

/** Runs at once what does not measure, and prints what each said when it is over. */
async function together(steps) {
  const startedMs = Date.now();
  const ended = steps.map(async ([name, command, args, holds = (status) => status === 0]) => {
    const { status, output } = await outputOf(command, args);
    const ok = holds(status, output);
    console.log(`\n── ${name}`);
    process.stdout.write(output);
    console.log(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
    broken ||= !ok;
  });
  await Promise.all(ended);
}

/** The status and all that a command says; the status is null where it did not start or was ended from outside. */
async function outputOf(command, args) {
  const output = [];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => output.push(bytes));
  const status = await new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  return { status, output: Buffer.concat(output).toString() };
}

function step(name, work) {
  console.log(`\n── ${name}`);
  const startedMs = Date.now();
  const ok = work();
  console.log(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  broken ||= !ok;
  return ok;
}

const bin = (name) => join('node_modules', '.bin', name);

/** A lint rule that silently does nothing would pass: it must report the import that is forbidden on purpose. */
const reportsForbiddenImport = (status, output) => status === 1 && output.includes('@nx/enforce-module-boundaries');

function jest(name, args) {
  const results = join(scratch, `${name}.json`);
  const ok = run(bin('jest'), ['--json', `--outputFile=${results}`, ...args]);
  // Jest writes no results when it was ended from outside.
  if (!existsSync(results)) return false;
  const { numPassedTests, numFailedTests, numFailedTestSuites, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  counts.passed += numPassedTests;
  counts.failed += numFailedTests + numRuntimeErrorTestSuites;
  return ok && numFailedTestSuites === 0 && numPassedTests > 0;
}

const startedMs = Date.now();
await together([
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
  ['types', process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.base.json']],
  ['lint', bin('nx'), ['run', 'launcher:lint-all', '--output-style=static']],
  [
    'module boundaries are enforced: this import is refused',
    bin('eslint'),
    ['--no-ignore', 'apps/launcher/canary/forbidden-import.ts'],
    reportsForbiddenImport,
  ],
  ['build', process.execPath, ['apps/launcher/build.mjs']],
]);
step('unit and integration tests', () =>
  jest('near', ['--selectProjects', 'unit', 'integration', '--silent', '--maxWorkers=4']),
);
// What is measured runs alone; what only waits and breaks things runs three at a time.
step('end-to-end tests that measure', () =>
  jest('far', ['--selectProjects', 'e2e', '--runInBand', '--testPathPatterns', 'budgets']),
);
step('end-to-end tests, three at a time', () =>
  jest('apart', ['--selectProjects', 'e2e', '--maxWorkers=3', '--testPathIgnorePatterns', 'budgets']),
);
rmSync(scratch, { recursive: true, force: true });

console.log(
  `\n${broken ? '✗ something above failed' : '✓ everything holds'} (${((Date.now() - startedMs) / 1000).toFixed(0)} s)`,
);
if (broken && counts.failed === 0) counts.failed = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(broken ? 1 : 0);
