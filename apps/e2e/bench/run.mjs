/** Bundles and runs a bench, with what it is told: `node apps/e2e/bench/run.mjs service-bus messages=1000000`. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { ourOwn } from '../../launcher/our-own.mjs';

const [name, ...told] = process.argv.slice(2);
if (name === undefined) throw new Error('Which bench?');
const root = resolve(import.meta.dirname, '../../..');
const outfile = resolve(root, `dist/bench/${name}.mjs`);
await build({
  entryPoints: [resolve(import.meta.dirname, `${name}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
  plugins: [ourOwn],
});
spawn(process.execPath, [outfile, ...told], { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1));
