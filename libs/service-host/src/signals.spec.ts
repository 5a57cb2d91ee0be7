/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import { DRAIN_MS_MAX, exitOnSignals } from './signals.js';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it.each(['SIGTERM', 'SIGINT'] as const)('drains on %s and then exits with 0', async (signal) => {
  const exit = jest.fn();
  let drained = (): void => {};
  const undo = exitOnSignals(() => new Promise((resolve) => (drained = resolve)), log, exit);
  process.emit(signal, signal);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(exit).not.toHaveBeenCalled();
  drained();
  await jest.advanceTimersByTimeAsync(0);
  expect(exit.mock.calls).toEqual([[0]]);
  undo();
});

it('exits with 1 where draining takes too long or fails', async () => {
  const exit = jest.fn();
  const undo = exitOnSignals(() => new Promise(() => {}), log, exit);
  process.emit('SIGTERM', 'SIGTERM');
  await jest.advanceTimersByTimeAsync(DRAIN_MS_MAX);
  expect(exit.mock.calls).toEqual([[1]]);
  undo();
  const undoFailing = exitOnSignals(() => Promise.reject(new Error('no')), log, exit);
  process.emit('SIGTERM', 'SIGTERM');
  await jest.advanceTimersByTimeAsync(0);
  expect(exit.mock.calls).toEqual([[1], [1]]);
  undoFailing();
});

it('leaves no handler behind', () => {
  const before = process.listenerCount('SIGTERM');
  exitOnSignals(async () => {}, log)();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});
