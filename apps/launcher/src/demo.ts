import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PORTS } from './addresses.js';
import { tellTheStory } from './demo-story.js';
import { Platform } from './platform.js';
import type { FirstLogin } from './platform.js';

const DATA_DIR = process.env['DATA_DIR'] ?? '.data';
/** Seconds the demo trades for. */
const SECONDS = Number(process.env['DEMO_SECONDS'] ?? 60);
const GATEWAY = process.env['GATEWAY_URL'] ?? `http://127.0.0.1:${DEFAULT_PORTS.gateway}`;

const isRunning = await fetch(`${GATEWAY}/health/ready`).then(
  (response) => response.ok,
  () => false,
);
let platform: Platform | undefined;
if (!isRunning) {
  console.log('No platform is running; starting one …');
  platform = await Platform.start({ dataDir: DATA_DIR, ports: 'default' });
}
try {
  const file = join(DATA_DIR, 'accounts', 'first-logins.json');
  if (!existsSync(file))
    throw new Error(`${file} is not there: the running platform keeps its data elsewhere (set DATA_DIR)`);
  const logins = JSON.parse(await readFile(file, 'utf8')) as FirstLogin[];
  await tellTheStory({ gateway: GATEWAY, logins, seconds: SECONDS });
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await platform?.stop();
}
