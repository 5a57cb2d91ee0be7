import { createHash } from 'node:crypto';

/** Makes of a package in Jest what it is in Node: loaded by Node, untransformed, once in a process. */
export default {
  process: (_source, path) => ({
    code: `module.exports = globalThis[Symbol.for('ballast.require')](${JSON.stringify(path)});`,
  }),
  getCacheKey: (_source, path) => createHash('sha256').update(`loaded by node: ${path}`).digest('hex'),
};
