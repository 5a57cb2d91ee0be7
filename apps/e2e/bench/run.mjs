/** Bundles and runs a bench, with what it is told: `node apps/e2e/bench/run.mjs service-bus messages=1000000`. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { ourOwn } from '../../launcher/our-own.mjs';
import { bundleProcesses } from '../../launcher/processes.mjs';

/** Benches beside whose processes an empty service runs, which is built as the services are. */
const WITH_EMPTY_SERVICE = ['boot', 'load'];

const [name, ...told] = process.argv.slice(2);
if (name === undefined) throw new Error('Which bench?');
const root = resolve(import.meta.dirname, '../../..');
const outdir = resolve(root, 'dist/bench');
const outfile = resolve(outdir, `${name}.mjs`);
await build({
  entryPoints: [resolve(import.meta.dirname, `${name}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  plugins: [ourOwn],
  packages: 'external',
  logLevel: 'warning',
});
if (WITH_EMPTY_SERVICE.includes(name)) {
  await bundleProcesses([{ in: resolve(import.meta.dirname, 'empty-service.ts'), out: 'empty-service' }], outdir);
}
const bench = spawn(process.execPath, [outfile, ...told], { stdio: 'inherit' });
bench.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
