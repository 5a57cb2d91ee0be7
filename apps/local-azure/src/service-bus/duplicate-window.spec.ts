import { DuplicateWindow } from './duplicate-window.js';

describe('DuplicateWindow', () => {
  it('admits an id once within the window, and again after it', () => {
    const window = new DuplicateWindow(100);
    expect(window.admit('a', 0)).toBe(true);
    expect(window.admit('a', 99)).toBe(false);
    expect(window.admit('a', 100)).toBe(true);
  });

  it('does not stay longer for being asked again', () => {
    const window = new DuplicateWindow(100);
    window.admit('a', 0);
    window.admit('a', 90);
    expect(window.admit('a', 110)).toBe(true);
  });

  it('admits what was retracted', () => {
    const window = new DuplicateWindow(100);
    window.admit('a', 0);
    window.retract('a');
    expect(window.admit('a', 1)).toBe(true);
  });
});
