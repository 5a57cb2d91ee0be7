/**
 * Node's environment, except that a failed comparison forgets the two values that it compared: its message has them
 * already, and a value with a circle in it (any object of an AMQP library) stops Jest from reporting the failure.
 */
import { TestEnvironment } from 'jest-environment-node';

export default class BallastEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    if (event.name === 'test_fn_failure' || event.name === 'hook_failure') delete event.error?.matcherResult;
  }
}
