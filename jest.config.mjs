import { readFileSync } from 'node:fs';

const { compilerOptions } = JSON.parse(readFileSync(new URL('./tsconfig.base.json', import.meta.url), 'utf8'));

/** The path aliases of tsconfig.base.json, so that they are declared once. */
const aliases = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([alias, [target]]) => [
    `^${alias.replace('*', '(.*)')}$`,
    `<rootDir>/${target.replace('./', '').replace('*', '$1')}`,
  ]),
);

const swc = (parser) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser,
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];

const project = (displayName, testMatch, testPathIgnorePatterns = []) => ({
  displayName,
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...testPathIgnorePatterns],
  testEnvironment: '<rootDir>/apps/launcher/jest-environment.mjs',
  setupFiles: ['reflect-metadata'],
  moduleNameMapper: { ...aliases, '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  // Jest's own packages have to stay what they are.
  transformIgnorePatterns: ['/node_modules/(@jest/|jest)'],
  transform: {
    '\\.ts$': swc({ syntax: 'typescript', decorators: true }),
    '/node_modules/.*\\.[cm]?js$': '<rootDir>/apps/launcher/jest-package.mjs',
    '\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.nx/'],
});

export default {
  projects: [
    project('unit', ['<rootDir>/{apps,libs}/**/*.spec.ts'], ['\\.int\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$']),
    project('integration', ['<rootDir>/{apps,libs}/**/*.int.spec.ts']),
    project('e2e', ['<rootDir>/apps/e2e/**/*.e2e.spec.ts']),
  ],
  testTimeout: 60_000,
  testSequencer: '<rootDir>/apps/launcher/longest-first.mjs',
  // What files leave behind in a worker ends with it.
  workerIdleMemoryLimit: '1GB',
};
