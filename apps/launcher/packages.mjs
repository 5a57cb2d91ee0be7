/** How esbuild bundles packages: a few files are read in a third of the time that a thousand take. */
import { readFile } from 'node:fs/promises';

/** Packages that are loaded from `node_modules` all the same. */
const LEFT_IN_PLACE = [
  // They load a compiled part, or files that lie beside them.
  'libsql',
  '@node-rs/argon2',
  'swagger-ui-dist',
  'vega-datasets',
  // Loaded only where a broker is reached through it, and larger than all the rest.
  'ccxt',
  // Loaded only on Azure.
  '@azure/identity',
  '@azure/keyvault-secrets',
];

/** What packages load at the start for features that nothing here uses: encryption by Cosmos DB's client, telephone numbers. */
const NEVER_USED = /^(@azure\/keyvault-keys|libphonenumber-js\/max)$/;

/** What Nest loads only when it is asked for what nothing here asks for; none of it is installed. */
const NEVER_LOADED = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@grpc/*',
  '@nats-io/*',
  '@nestjs/platform-express',
  '@nestjs/websockets/*',
  'amqp-connection-manager',
  'amqplib',
  'ioredis',
  'kafkajs',
  'mqtt',
];

/** A source map of nothing: Node reads maps at the start, and those of packages are five times as large as our own. */
const NO_MAP = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from('{"version":3,"sources":[""],"mappings":"AAAA"}').toString('base64')}`;

const unmapped = {
  name: 'unmapped',
  setup(builder) {
    builder.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')) + NO_MAP,
      loader: 'js',
    }));
  },
};

/** Whatever is used of it all the same is found missing. */
const unused = {
  name: 'unused',
  setup(builder) {
    builder.onResolve({ filter: NEVER_USED }, ({ path }) => ({ path, namespace: 'unused' }));
    builder.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get(_, name) { if (name === '__esModule') return true; throw new Error(${JSON.stringify(path)} + ' is not bundled: ' + String(name)); } });`,
      loader: 'js',
    }));
  },
};

/** What packages that are ES modules expect to find. */
const FOR_ES_MODULES = `const ballastUrl = require('node:url').pathToFileURL(__filename).href;`;

/**
 * Inlines packages, resolved as Node does. Nothing is shared between bundles: split ones lose the names that a CommonJS
 * package exports when it is imported later.
 */
export const withPackages = {
  external: [...LEFT_IN_PLACE, ...NEVER_LOADED],
  conditions: [],
  // Fewer bytes and lines to read; names stay as they are written.
  minifyWhitespace: true,
  legalComments: 'none',
  banner: { js: FOR_ES_MODULES },
  define: { 'import.meta.url': 'ballastUrl' },
  // Warnings are about the packages' own code.
  logLevel: 'error',
  plugins: [unmapped, unused],
};
