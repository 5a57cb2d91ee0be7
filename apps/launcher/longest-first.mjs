/** In which order jest runs test files: those that take longest first, so that no worker is left alone with one at the end. */
import { statSync } from 'node:fs';

/** What takes long for its size. */
const LONG = ['faults.e2e.spec.ts', 'api.int.spec.ts', 'simulation.spec.ts'];

/** Jest asks for a default export. */
export default class LongestFirst {
  sort(tests) {
    const weight = ({ path }) => (LONG.some((name) => path.endsWith(`/${name}`)) ? Infinity : statSync(path).size);
    const weighed = [...tests].map((test) => ({ test, weight: weight(test) }));
    return weighed
      .sort((left, right) => (right.weight === left.weight ? 0 : right.weight - left.weight))
      .map(({ test }) => test);
  }

  /** Nothing is remembered from run to run: every clone runs the tests in the same order. */
  cacheResults() {}

  allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }
}
