/**
 * Everything that must hold before a change lands, in the order in which it is cheapest to find out. Prints what each
 * step took and ends with the count of tests, alone on a line.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const scratch = mkdtempSync(join(tmpdir(), 'ballast-test-'));
const counts = { passed: 0, failed: 0 };
let broken = false;

function run(command, args) {
  // Nx runs without its own database of results where the machine forbids it, and never phones home.
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_NO_CLOUD: 'true',
    FORCE_COLOR: process.env.CI ? '0' : process.env.FORCE_COLOR,
  };
  return spawnSync(command, args, { stdio: 'inherit', env }).status === 0;
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
function boundariesAreEnforced() {
  const { status, stdout } = spawnSync(bin('eslint'), ['--no-ignore', 'apps/launcher/canary/forbidden-import.ts'], {
    encoding: 'utf8',
  });
  return status === 1 && stdout.includes('@nx/enforce-module-boundaries');
}

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
step('format', () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.']));
step('lint', () => run(bin('nx'), ['run', 'launcher:lint-all', '--output-style=static']));
step('module boundaries are enforced', boundariesAreEnforced);
step('types', () => run(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', 'tsconfig.base.json']));
step('build', () => run(process.execPath, ['apps/launcher/build.mjs']));
step('unit and integration tests', () =>
  jest('near', ['--selectProjects', 'unit', 'integration', '--silent', '--maxWorkers=2']),
);
step('end-to-end tests', () => jest('far', ['--selectProjects', 'e2e', '--runInBand']));
rmSync(scratch, { recursive: true, force: true });

console.log(
  `\n${broken ? '✗ something above failed' : '✓ everything holds'} (${((Date.now() - startedMs) / 1000).toFixed(0)} s)`,
);
if (broken && counts.failed === 0) counts.failed = 1;
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(broken ? 1 : 0);
