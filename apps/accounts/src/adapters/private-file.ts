import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only the owner of the process may read or write. */
const MODE = 0o600;

/** The parsed JSON of a file, or `undefined` where there is none. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the file as a whole or not at all, with mode 0600. Returns false, and writes nothing, where it exists. */
export async function createJsonFile(path: string, value: unknown): Promise<boolean> {
  return withComplete(path, value, async (complete) => {
    try {
      await link(complete, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/** Puts the value in the place of whatever the file held. */
export async function replaceJsonFile(path: string, value: unknown): Promise<void> {
  await withComplete(path, value, (complete) => rename(complete, path));
}

async function withComplete<T>(path: string, value: unknown, use: (complete: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const complete = `${path}.${randomUUID()}`;
  try {
    const file = await open(complete, 'wx', MODE);
    try {
      await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    return await use(complete);
  } finally {
    await rm(complete, { force: true });
  }
}
