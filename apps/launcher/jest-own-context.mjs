import { TestEnvironment } from 'jest-environment-node';
import { REQUIRE, forgetCompared } from './jest-environment.mjs';

/** Globals of the file's own, for tests that stop the clock: `@jest-environment ./apps/launcher/jest-own-context.mjs`. */
export default class OwnContext extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.global[REQUIRE] = globalThis[REQUIRE];
  }

  handleTestEvent(event) {
    forgetCompared(event);
  }
}
