/** How esbuild is told to bundle our code: swc compiles each file, because esbuild alone drops the metadata that injection needs. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { transform } from '@swc/core';

const root = resolve(import.meta.dirname, '../..');
const { compilerOptions } = JSON.parse(readFileSync(resolve(root, 'tsconfig.base.json'), 'utf8'));

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

/** Compiles our own code with swc and resolves our libraries. */
export const ourOwn = {
  name: 'our-own',
  setup(builder) {
    builder.onResolve({ filter: /^@ballast\// }, ({ path }) => ({ path: aliasTarget(path) }));
    builder.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, 'utf8'), { ...swcOptions, filename: path });
      return { contents: code, loader: 'js' };
    });
  },
};
