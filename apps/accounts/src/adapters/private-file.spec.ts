import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJsonFile, readJsonFile, replaceJsonFile } from './private-file.js';

let directory: string;
const file = (): string => join(directory, 'sub', 'file.json');
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'private-file-'))));
afterEach(() => rm(directory, { recursive: true, force: true }));

it('is made once, whole and private; the first of two writers wins', async () => {
  expect(await readJsonFile(file())).toBeUndefined();
  const made = await Promise.all([createJsonFile(file(), { n: 1 }), createJsonFile(file(), { n: 1 })]);
  expect(made.sort()).toEqual([false, true]);
  expect(await readJsonFile(file())).toEqual({ n: 1 });
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'sub'))).toEqual(['file.json']);
});

it('is private again when it is replaced', async () => {
  await createJsonFile(file(), { n: 1 });
  await chmod(file(), 0o644);
  await replaceJsonFile(file(), { n: 2 });
  expect(await readJsonFile(file())).toEqual({ n: 2 });
  expect((await stat(file())).mode & 0o777).toBe(0o600);
});
