import { decideControls, refusalOfControls, UNTOUCHED_CONTROLS } from './controls.js';
import type { ControlChange, Controls, ScopedControl } from './controls.js';
import { PROFILE_ID } from './given.js';

const AT = '2026-11-20T12:00:00.000Z';
const LIMITS = { at: AT, scopesMax: 2 };
const ENTRY = { intent: 'entry' as const, profileId: PROFILE_ID, symbol: 'AAPL' };
const EXIT = { ...ENTRY, intent: 'exit' as const };
const scoped = (scope: string, mode: 'reduce-only' | 'halted'): ScopedControl => ({
  scope,
  mode,
  reason: 'test',
  actor: 'usr_1',
  epoch: 1,
  changedAt: AT,
});
const controls = (changes: Partial<Controls>): Controls => ({ ...UNTOUCHED_CONTROLS, ...changes });
const change = (changes: Partial<ControlChange> = {}): ControlChange => ({
  scope: 'global',
  mode: 'halted',
  reason: 'test',
  actor: 'usr_1',
  cancelOpenOrders: false,
  ...changes,
});

describe('the kill switch', () => {
  it.each<[string, Partial<Controls>, string | undefined, string | undefined]>([
    ['untouched', {}, undefined, undefined],
    ['halted everywhere', { mode: 'halted' }, 'trading-halted: halted', 'trading-halted: halted'],
    ['reduce-only everywhere', { mode: 'reduce-only' }, 'reduce-only: entry', undefined],
    [
      'halted for the symbol',
      { scoped: [scoped('symbol:AAPL', 'halted')] },
      'trading-halted: halted, symbol:AAPL',
      'trading-halted: halted, symbol:AAPL',
    ],
    ['halted for another symbol', { scoped: [scoped('symbol:MSFT', 'halted')] }, undefined, undefined],
    [
      'reduce-only for the profile',
      { scoped: [scoped(`profile:${PROFILE_ID}`, 'reduce-only')] },
      `reduce-only: entry, profile:${PROFILE_ID}`,
      undefined,
    ],
    [
      'reduce-only for another profile',
      { scoped: [scoped('profile:prf_01k9z3v5t8m2c4d6e8f0g2h4j7', 'reduce-only')] },
      undefined,
      undefined,
    ],
    [
      'halted in the narrow, reduce-only in the wide: the stricter holds',
      { mode: 'reduce-only', scoped: [scoped('symbol:AAPL', 'halted')] },
      'trading-halted: halted, symbol:AAPL',
      'trading-halted: halted, symbol:AAPL',
    ],
  ])('%s', (_name, state, entry, exit) => {
    const said = [ENTRY, EXIT].map((order) => {
      const refusal = refusalOfControls(controls(state), order);
      return refusal && `${refusal.code}: ${refusal.value}`;
    });
    expect(said).toEqual([entry, exit]);
  });
});

describe('moving the kill switch', () => {
  it('raises the epoch with every change, whatever its scope', () => {
    const first = decideControls(UNTOUCHED_CONTROLS, change(), LIMITS);
    expect(first).toMatchObject({ outcome: 'changed', controls: { mode: 'halted', epoch: 1, changedAt: AT } });
    const after = controls({ mode: 'halted', reason: 'test', epoch: 1 });
    expect(decideControls(after, change({ scope: 'symbol:AAPL' }), LIMITS)).toMatchObject({
      outcome: 'changed',
      controls: { mode: 'halted', epoch: 2, scoped: [{ scope: 'symbol:AAPL', mode: 'halted', epoch: 2 }] },
    });
  });

  it('changes nothing where it stands so already for the same reason, unless open orders are to be cancelled', () => {
    const halted = controls({ mode: 'halted', reason: 'test', scoped: [scoped('symbol:AAPL', 'halted')] });
    for (const scope of ['global', 'symbol:AAPL']) {
      expect(decideControls(halted, change({ scope }), LIMITS)).toEqual({ outcome: 'unchanged' });
      expect(decideControls(halted, change({ scope, reason: 'other' }), LIMITS).outcome).toBe('changed');
      expect(decideControls(halted, change({ scope, cancelOpenOrders: true }), LIMITS).outcome).toBe('changed');
    }
    expect(decideControls(halted, change({ scope: 'symbol:MSFT', mode: 'active' }), LIMITS).outcome).toBe('unchanged');
  });

  it('forgets a scope that is active again', () => {
    const halted = controls({ scoped: [scoped('symbol:AAPL', 'halted')] });
    const decision = decideControls(halted, change({ scope: 'symbol:AAPL', mode: 'active' }), LIMITS);
    expect(decision).toMatchObject({ outcome: 'changed', controls: { scoped: [] } });
  });

  it('restricts no more scopes at once than may be, and still changes those that are', () => {
    const full = controls({ scoped: [scoped('symbol:AAPL', 'halted'), scoped('symbol:MSFT', 'halted')] });
    expect(decideControls(full, change({ scope: 'symbol:NVDA' }), LIMITS)).toEqual({ outcome: 'too-many-scopes' });
    const milder = decideControls(full, change({ scope: 'symbol:AAPL', mode: 'reduce-only' }), LIMITS);
    expect(milder.outcome).toBe('changed');
    expect(decideControls(full, change(), LIMITS).outcome).toBe('changed');
  });
});
