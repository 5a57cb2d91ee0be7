/** Builds the client as a package: ES modules with their types, `node libs/client/build.mjs [folder]`; into `dist/client` unless told. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const source = import.meta.dirname;
const root = resolve(source, '../..');
const folder = resolve(process.argv[2] ?? join(root, 'dist/client'));
const { version, license, engines, dependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
/** What the built files import and do not contain. */
const NEEDED = ['openapi-fetch', 'socket.io-client'];

rmSync(folder, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
execFileSync(process.execPath, [compiler, '-p', join(source, 'tsconfig.build.json'), '--outDir', folder], {
  stdio: 'inherit',
});
cpSync(join(source, 'README.md'), join(folder, 'README.md'));
const described = {
  name: '@ballast/client',
  version,
  description: 'The API of Ballast for TypeScript.',
  license,
  type: 'module',
  engines,
  sideEffects: false,
  exports: { '.': { types: './index.d.ts', default: './index.js' } },
  dependencies: Object.fromEntries(NEEDED.map((name) => [name, dependencies[name] ?? devDependencies[name]])),
};
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(described, undefined, 2)}\n`);
