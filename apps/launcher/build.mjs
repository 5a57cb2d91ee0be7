/**
 * Bundles every process into `dist/<app>/<entry>.mjs`: our own libraries inlined and, for the processes that serve, the
 * packages too. Tools find their packages in `node_modules`;
 * `build.mjs tools` bundles nothing else.
 */
import { readdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { ourOwn } from './our-own.mjs';
import { bundleProcesses } from './processes.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Files that become a process of their own, beside the `main.ts` of every app. */
const EXTRA_ENTRIES = [
  'launcher/src/start.ts',
  'launcher/src/demo.ts',
  'launcher/src/generate.ts',
  'launcher/src/publish-events.ts',
  'gateway/src/generate.ts',
  'gateway/src/publish-api.ts',
  'launcher/src/parked-cli.ts',
  'local-azure/src/stand-alone.ts',
  'e2e/src/faults/run.ts',
];

const apps = await readdir(resolve(root, 'apps'));
const mains = apps.map((app) => `${app}/src/main.ts`).filter((file) => existsSync(resolve(root, 'apps', file)));
const extras = EXTRA_ENTRIES.filter((file) => existsSync(resolve(root, 'apps', file)));

const outdir = resolve(root, 'dist');
const entriesOf = (files) =>
  files.map((file) => ({ in: resolve(root, 'apps', file), out: file.replace('/src/', '/').replace(/\.ts$/, '') }));

const bundleTools = () =>
  build({
    entryPoints: entriesOf(extras),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    plugins: [ourOwn],
    packages: 'external',
    logLevel: 'warning',
  });

if (process.argv[2] === 'tools') {
  await bundleTools();
} else {
  await rm(outdir, { recursive: true, force: true });
  await Promise.all([bundleProcesses(entriesOf(mains), outdir), bundleTools()]);
}
