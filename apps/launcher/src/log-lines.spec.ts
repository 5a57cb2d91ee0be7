import { readable } from './log-lines.js';

describe('lines of the processes', () => {
  it('shows a JSON log line as time, level, message and fields', () => {
    const line = JSON.stringify({
      level: 40,
      time: Date.parse('2026-11-20T12:00:00.123Z'),
      pid: 1,
      msg: 'slow',
      orderId: 'ord_1',
    });
    expect(readable('orders', 0, line, false)).toBe('orders      │ 12:00:00.123 WARN  slow orderId=ord_1');
  });

  it('reads levels and times that are written as words', () => {
    const line = JSON.stringify({ level: 'info', time: '2026-11-20T12:00:00.123Z', service: 'ledger', msg: 'ready' });
    expect(readable('ledger', 0, line, false)).toBe('ledger      │ 12:00:00.123 INFO  ready');
  });

  it('leaves other text, and half a JSON line, as it is', () => {
    expect(readable('orders', 0, 'plain', false)).toBe('orders      │ plain');
    expect(readable('orders', 0, '{"level":', false)).toBe('orders      │ {"level":');
  });
});
