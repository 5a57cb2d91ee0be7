import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(__dirname, '../../../..');
const COMPILER = join(ROOT, 'node_modules/typescript-7/bin/tsc');
/** What an installation of the package brings along, and the types of Node that its user has. */
const INSTALLED = ['openapi-fetch', 'socket.io-client', '@types'];
/** Milliseconds that building, checking or running may take. */
const RUN_MS_MAX = 120_000;

const run = promisify(execFile);
const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ stdout: string }> =>
  run(process.execPath, args, { env: { PATH: process.env['PATH'], ...env }, timeout: RUN_MS_MAX });

/**
 * Installs the built package in a folder of its own and runs the program of its README there as it stands, in Node alone,
 * after the compiler has checked it against the package's types. Gives back the lines that it has printed.
 */
export async function runReadme(env: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-client-'));
  const packages = join(folder, 'node_modules');
  try {
    mkdirSync(packages);
    for (const name of INSTALLED) symlinkSync(join(ROOT, 'node_modules', name), join(packages, name));
    const built = join(packages, '@ballast/client');
    await node([join(ROOT, 'libs/client/build.mjs'), built]);
    const readme = readFileSync(join(built, 'README.md'), 'utf8');
    const [, program = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    for (const file of ['program.mts', 'program.mjs']) writeFileSync(join(folder, file), program);
    const settings = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    await node([COMPILER, ...settings, '--types', 'node', join(folder, 'program.mts')]);
    const { stdout } = await node([join(folder, 'program.mjs')], env);
    return stdout.trimEnd().split('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
