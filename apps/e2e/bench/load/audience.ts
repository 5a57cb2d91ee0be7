import { Api } from '@ballast/launcher';
import { BenchProcess } from '../bench-process.js';
import { useOf } from '../process-use.js';
import type { Audience, Heard } from './listeners.js';
import type { PlatformSide } from './platform-side.js';
import { cpuInWords, stretch } from './stretch.js';
import type { Pace } from './arrivals.js';

/** Connections that the gateway lets one user have. */
const CLIENTS_PER_USER = 20;
const PASSWORD = 'nobody listens to these words';

/** From a fill at the broker until clients have it, with so many of them connected, while orders come at this pace. */
export async function hearFills(
  platform: PlatformSide,
  { script, clients, pace }: { script: string; clients: number; pace: Pace },
  signal: AbortSignal,
): Promise<Heard> {
  const url = platform.stage.platform.url('gateway');
  const tokens = await operatorTokens(platform, Math.ceil(clients / CLIENTS_PER_USER));
  const audience: Audience = { url, tokens, clients, profiles: platform.profileIds };
  const listeners = await BenchProcess.start<object, Heard>(script, 'listeners', audience, { signal });
  try {
    console.log(`  ${clients} clients of ${tokens.length} users listen`);
    const listening = (): Promise<number> => useOf(listeners.child.pid ?? 0).then(({ cpuMs }) => cpuMs);
    const beforeMs = await listening();
    const measured = await stretch(platform, pace, signal);
    const perOrderMs = ((await listening()) - beforeMs) / measured.accept.count;
    console.log(`  each order: ${cpuInWords(measured)}, listeners ${perOrderMs.toFixed(1)} ms`);
    return await listeners.ask({});
  } finally {
    await listeners.end('SIGKILL');
  }
}

/** Tokens of so many new users, who may listen to everybody's profiles. */
async function operatorTokens({ stage }: PlatformSide, count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const credentials = { username: `listener-${index}`, password: PASSWORD };
    await stage.admin.post('/v1/users', { ...credentials, role: 'operator' });
    const { token = '' } = await Api.signIn(stage.platform.url('gateway'), credentials);
    tokens.push(token);
  }
  return tokens;
}
