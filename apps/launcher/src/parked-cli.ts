import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PORTS } from './addresses.js';
import { Api } from './api.js';
import { runParked } from './parked.js';
import type { FirstLogin } from './platform.js';

const DATA_DIR = process.env['DATA_DIR'] ?? '.data';
const GATEWAY = process.env['GATEWAY_URL'] ?? `http://127.0.0.1:${DEFAULT_PORTS.gateway}`;

process.exitCode = await runParked(process.argv.slice(2), async () => Api.signIn(GATEWAY, await login())).catch(
  (error: unknown) => {
    console.error(`✗ ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  },
);

/** From the environment, or the admin of the platform that keeps its data here. */
async function login(): Promise<{ username: string; password: string; code?: string }> {
  const { BALLAST_USERNAME: username, BALLAST_PASSWORD: password, BALLAST_CODE: code } = process.env;
  const second = code === undefined ? {} : { code };
  if (username !== undefined && password !== undefined) return { username, password, ...second };
  const file = join(DATA_DIR, 'accounts', 'first-logins.json');
  if (!existsSync(file)) throw new Error(`set BALLAST_USERNAME and BALLAST_PASSWORD: ${file} is not there`);
  const logins = JSON.parse(await readFile(file, 'utf8')) as FirstLogin[];
  const admin = logins.find(({ role }) => role === 'admin');
  if (admin === undefined) throw new Error(`${file} names no admin`);
  return { ...admin, ...second };
}
