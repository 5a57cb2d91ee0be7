import { createRequire } from 'node:module';
import vm from 'node:vm';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/** How `jest-package.mjs` loads a package: as Node does, once in a process. */
export const REQUIRE = Symbol.for('ballast.require');
globalThis[REQUIRE] = createRequire(import.meta.url);

/** Stands for the process's own context, which is no object that `vm` would take. */
const OWN_CONTEXT = vm.createContext({});
const { compileFunction } = vm;
vm.compileFunction = (code, parameters, { parsingContext, ...options } = {}) =>
  compileFunction(code, parameters, parsingContext === OWN_CONTEXT ? options : { ...options, parsingContext });

/**
 * The process itself as the environment of tests, so that the packages that all of them need are loaded once per worker
 * and not once per file, which is half of what the tests took. What a file declares is its own all the same; what it adds
 * to the globals goes with it. Files that stop the clock stop Jest's too, and name `jest-own-context.mjs`.
 */
export default class BallastEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  before = Object.getOwnPropertyDescriptors(globalThis);

  constructor({ projectConfig: config }) {
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const name of Reflect.ownKeys(globalThis)) {
      if (name in this.before) Object.defineProperty(globalThis, name, this.before[name]);
      else Reflect.deleteProperty(globalThis, name);
    }
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return OWN_CONTEXT;
  }

  handleTestEvent(event) {
    forgetCompared(event);
  }
}

/**
 * A failed comparison forgets the two values that it compared: its message has them already, and a value with a circle in
 * it (any object of an AMQP library) stops Jest from reporting the failure.
 */
export function forgetCompared({ name, error }) {
  if (name === 'test_fn_failure' || name === 'hook_failure') delete error?.matcherResult;
}
