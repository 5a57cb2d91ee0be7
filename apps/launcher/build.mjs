/**
 * Bundles every process into `dist/<app>/<entry>.mjs`: our own libraries inlined, packages left in `node_modules`.
 * swc compiles each file, because esbuild alone drops the decorator metadata that injection needs.
 */
import { readFile, readdir, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transform } from '@swc/core';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../..');
const { compilerOptions } = JSON.parse(readFileSync(resolve(root, 'tsconfig.base.json'), 'utf8'));

/** Files that become a process of their own, beside the `main.ts` of every app. */
const EXTRA_ENTRIES = [
  'launcher/src/start.ts',
  'launcher/src/demo.ts',
  'launcher/src/generate.ts',
  'gateway/src/generate.ts',
  'gateway/src/publish-api.ts',
  'launcher/src/parked-cli.ts',
  'local-azure/src/stand-alone.ts',
];

const swcOptions = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

/** Resolves `@ballast/…` by the path aliases of the tsconfig. */
function aliasTarget(specifier) {
  for (const [alias, [target]] of Object.entries(compilerOptions.paths)) {
    if (alias === specifier) return resolve(root, target);
    const prefix = alias.replace('*', '');
    if (alias.endsWith('*') && specifier.startsWith(prefix))
      return resolve(root, target.replace('*', specifier.slice(prefix.length)));
  }
  throw new Error(`no path alias for ${specifier}`);
}

const ourOwn = {
  name: 'our-own',
  setup(builder) {
    builder.onResolve({ filter: /^@ballast\// }, ({ path }) => ({ path: aliasTarget(path) }));
    builder.onResolve({ filter: /^[^./]/ }, ({ kind }) => (kind === 'entry-point' ? undefined : { external: true }));
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { ...swcOptions, filename: path });
      return { contents: code, loader: 'js' };
    });
  },
};

const apps = await readdir(resolve(root, 'apps'));
const mains = apps.map((app) => `${app}/src/main.ts`).filter((file) => existsSync(resolve(root, 'apps', file)));
const extras = EXTRA_ENTRIES.filter((file) => existsSync(resolve(root, 'apps', file)));

await rm(resolve(root, 'dist'), { recursive: true, force: true });
await build({
  entryPoints: [...mains, ...extras].map((file) => ({
    in: resolve(root, 'apps', file),
    out: file.replace('/src/', '/').replace(/\.ts$/, ''),
  })),
  outdir: resolve(root, 'dist'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
  plugins: [ourOwn],
});
