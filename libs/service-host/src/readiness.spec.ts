/** @jest-environment ./apps/launcher/jest-own-context.mjs */
import { Readiness } from './readiness.js';

it('is ready only between start and drain', async () => {
  const readiness = new Readiness();
  expect(await readiness.find()).toEqual({ ready: false, phase: 'starting', checks: [] });
  readiness.serve();
  expect((await readiness.find()).ready).toBe(true);
  readiness.drain();
  readiness.serve();
  expect(await readiness.find()).toEqual({ ready: false, phase: 'draining', checks: [] });
});

it('is not ready while a check says no or throws, and tells which', async () => {
  const readiness = new Readiness();
  readiness.serve();
  readiness.add({ name: 'good', check: () => ({ ok: true, detail: { inHand: 1 } }) });
  readiness.add({ name: 'bad', check: () => Promise.reject(new Error('secret')) });
  readiness.add({ name: 'away', check: async () => ({ ok: false }) });
  expect(await readiness.find()).toEqual({
    ready: false,
    phase: 'serving',
    checks: [
      { name: 'good', ok: true, detail: { inHand: 1 } },
      { name: 'bad', ok: false },
      { name: 'away', ok: false },
    ],
  });
});

it('does not wait for a check that hangs', async () => {
  jest.useFakeTimers();
  const readiness = new Readiness();
  readiness.serve();
  readiness.add({ name: 'hangs', check: () => new Promise(() => {}) });
  const finding = readiness.find();
  await jest.advanceTimersByTimeAsync(2_000);
  expect((await finding).checks).toEqual([{ name: 'hangs', ok: false }]);
  jest.useRealTimers();
});
