import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultSwitches, GUARDS, KILL_POINTS, clockFile, guardFile, killFile, refusalOfFaults } from './index.js';

describe('fault switches', () => {
  let folder: string;
  let deaths: number;
  let switches: FaultSwitches;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ballast-faults-'));
    deaths = 0;
    switches = new FaultSwitches(folder, () => void (deaths += 1));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(GUARDS)('switch off %s while its file is there, and no other guard', (guard) => {
    writeFileSync(guardFile(folder, guard), '');
    expect(GUARDS.filter((other) => switches.isWithout(other))).toEqual([guard]);
    rmSync(guardFile(folder, guard));
    expect(switches.isWithout(guard)).toBe(false);
  });

  it.each(KILL_POINTS)('end the process at %s once for each order, and of two replicas one', (point) => {
    writeFileSync(killFile(folder, point), '');
    const replica = new FaultSwitches(folder, () => void (deaths += 1));
    for (const other of KILL_POINTS) if (other !== point) switches.reach(other);
    expect(deaths).toBe(0);
    for (const one of [switches, replica, switches]) one.reach(point);
    expect([deaths, existsSync(killFile(folder, point))]).toEqual([1, false]);
  });

  it('set the clock forward and back while the file says so', () => {
    writeFileSync(clockFile(folder), '-1500');
    expect(switches.clockOffsetMs()).toBe(-1_500);
    writeFileSync(clockFile(folder), 'half past');
    expect(switches.clockOffsetMs()).toBe(0);
  });

  it('do nothing without a folder', () => {
    const none = new FaultSwitches(undefined, () => void (deaths += 1));
    none.reach('after-commit');
    expect([none.isWithout('etag-check'), none.clockOffsetMs(), deaths]).toEqual([false, 0, 0]);
  });
});

describe('a process with fault switches', () => {
  const LOCAL = 'http://127.0.0.1:8081';
  const FAULTS_DIR = '/tmp/faults';

  it.each([
    ['may start at the local servers', { FAULTS_DIR }, LOCAL, undefined],
    ['is refused in production', { FAULTS_DIR, NODE_ENV: 'production' }, LOCAL, 'production'],
    ['is refused at a store in the cloud', { FAULTS_DIR }, 'https://ballast.documents.azure.com', 'not local'],
    ['is refused at a store that only sounds local', { FAULTS_DIR }, 'http://127.0.0.1.example.com', 'not local'],
    ['is refused without a store', { FAULTS_DIR }, '', 'not local'],
    ['is refused with a vault', { FAULTS_DIR, KEY_VAULT_URI: 'https://vault' }, LOCAL, 'not local'],
  ])('%s', (_what, env, endpoint, why) => {
    const refusal = refusalOfFaults(env, endpoint);
    if (why === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toContain(why);
  });

  it('is any process where none are wanted', () => {
    expect(refusalOfFaults({ NODE_ENV: 'production' }, 'https://ballast.documents.azure.com')).toBeUndefined();
  });
});
