import { readable } from './log-lines.js';
import { Platform } from './platform.js';

/** Where the platform keeps everything on a laptop. */
const DATA_DIR = process.env['DATA_DIR'] ?? '.data';

const order: string[] = [];
const show = (name: string, line: string): void => {
  if (!order.includes(name)) order.push(name);
  console.log(readable(name, order.indexOf(name), line, process.stdout.isTTY));
};

/** What the paper broker can be told from outside: scripted prices, speed and seed of the replay. */
const VENUE_SETTINGS = ['CONTROL', 'BARS_PER_SECOND', 'SEED'];
const venueEnv = Object.fromEntries(
  VENUE_SETTINGS.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
) as Record<string, string>;

let platform: Platform | undefined;
let stopping: Promise<void> | undefined;

const stop = (exitCode: number): Promise<void> => {
  stopping ??= (async () => {
    console.log('stopping …');
    const killed = (await platform?.stop()) ?? [];
    console.log(killed.length === 0 ? 'stopped' : `stopped; had to be killed: ${killed.join(', ')}`);
    process.exit(exitCode);
  })();
  return stopping;
};

// Before the first process starts, so that Ctrl-C during the start leaves none behind.
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupted = true;
    if (platform !== undefined) void stop(0);
  });
}

try {
  platform = await Platform.start({
    dataDir: DATA_DIR,
    ports: process.env['PORTS'] === 'free' ? 'free' : 'default',
    env: { 'paper-venue': venueEnv },
    onLine: show,
    onRestart: ({ reason }, pauseMs) => console.error(`✗ ${reason}; it is started again in ${pauseMs / 1_000} s`),
    onUnexpectedEnd: (reason) => {
      console.error(`✗ ${reason}; its data is safe, but the platform cannot go on without it`);
      if (platform !== undefined) void stop(1);
    },
  });
} catch (error) {
  console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

if (interrupted) await stop(0);
const logins = await platform.firstLogins();
const pages = await platform.pages();
const gateway = platform.url('gateway');
console.log(`
Ballast is ready.

  REST API      ${gateway}/v1
  API reference ${gateway}/docs
  WebSocket     ${gateway}  (Socket.IO namespaces /trading and /admin)
  Paper broker  ${platform.url('paper-venue')}
  Usage         ${platform.url('local-azure')}/usage  (Cosmos DB and Service Bus operations, also as /metrics)
  Events        ${gateway}/docs/events  (what they are and how a program hears them)
                SERVICE_BUS_CONNECTION_STRING="${await platform.busConnectionString()}"
  Service Bus   ${pages.serviceBus}
  Cosmos DB     ${pages.cosmos}

  Processes     ${platform
    .running()
    .map(({ name, pid }) => `${name} ${pid}`)
    .join(', ')}

${logins.map(({ username, password, role }) => `  Login         ${username} / ${password}  (${role})`).join('\n')}

  Next: npm run demo (in a second terminal). Ctrl-C stops everything; data stays in ${DATA_DIR}.
`);
