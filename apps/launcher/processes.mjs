/** Bundles what serves: CommonJS with all packages inlined, beside what V8 makes of it and what runs both (`run-bundle.mjs`). */
import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ourOwn } from './our-own.mjs';
import { withPackages } from './packages.mjs';

const RUN_BUNDLE = resolve(import.meta.dirname, 'run-bundle.mjs');

/** Every entry, a file that exports `main`, becomes `<outdir>/<out>.mjs`. */
export async function bundleProcesses(entryPoints, outdir) {
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    // A script that V8 compiled before has nobody to ask for a module; what is imported later is required.
    supported: { 'dynamic-import': false },
    ...withPackages,
    plugins: [ourOwn, ...withPackages.plugins],
  });
  await Promise.all(entryPoints.map(({ out }) => runnable(resolve(outdir, `${out}.mjs`))));
}

async function runnable(file) {
  await copyFile(RUN_BUNDLE, file);
  await promisify(execFile)(process.execPath, [file, '--write-code-cache']);
}
