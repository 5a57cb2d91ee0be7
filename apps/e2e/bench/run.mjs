/** Bundles and runs a bench, with what it is told: `node apps/e2e/bench/run.mjs service-bus messages=1000000`. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { ourOwn } from '../../launcher/our-own.mjs';
import { withPackages } from '../../launcher/packages.mjs';

/** Benches beside whose processes an empty service runs, which is built as the services are. */
const WITH_EMPTY_SERVICE = ['boot', 'load'];

const [name, ...told] = process.argv.slice(2);
if (name === undefined) throw new Error('Which bench?');
const root = resolve(import.meta.dirname, '../../..');
const outfile = resolve(root, `dist/bench/${name}.mjs`);
const bundled = (entry, { plugins = [], ...more }) =>
  build({
    entryPoints: [resolve(import.meta.dirname, `${entry}.ts`)],
    outfile: resolve(root, `dist/bench/${entry}.mjs`),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [ourOwn, ...plugins],
    ...more,
  });
await bundled(name, { packages: 'external', logLevel: 'warning' });
if (WITH_EMPTY_SERVICE.includes(name)) {
  await bundled('empty-service', { sourcemap: true, sourcesContent: false, ...withPackages });
}
const bench = spawn(process.execPath, [outfile, ...told], { stdio: 'inherit' });
bench.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
