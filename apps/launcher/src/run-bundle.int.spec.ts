import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ROOT = process.cwd();
const PROCESSES = pathToFileURL(join(ROOT, 'apps/launcher/processes.mjs')).href;
/** Says a word that is evaluated with the module, and throws where it is asked to. */
const PROGRAM = `const word: string = 'spoken';

export function main(): void {
  console.log(word);
  if (process.argv[2] === 'fail') throw new Error('as asked');
  if (process.argv[2] === 'reject') void Promise.reject(new Error('as asked'));
  if (process.argv[2] === 'log') log();
}

/** Logs a stack again and again until it names this file, for 20 s at most. */
function log(): void {
  const { stack = '' } = new Error('as asked');
  console.log(stack);
  if (!stack.includes('program.ts:') && performance.now() < 20_000) setTimeout(log, 50);
}
`;

describe('what runs a bundle', () => {
  let folder: string;
  const node = async (...told: string[]): Promise<{ stdout: string; stderr: string }> =>
    promisify(execFile)(process.execPath, ['--enable-source-maps', ...told]);
  const run = (...told: string[]): ReturnType<typeof node> => node(join(folder, 'program.mjs'), ...told);

  beforeAll(async () => {
    await mkdir(join(ROOT, 'tmp'), { recursive: true });
    folder = await mkdtemp(join(ROOT, 'tmp', 'bundle-'));
    const file = join(folder, 'program.ts');
    await writeFile(file, PROGRAM);
    const told = JSON.stringify([{ in: file, out: 'program' }]);
    const build = `import { bundleProcesses } from '${PROCESSES}'; await bundleProcesses(${told}, '${folder}');`;
    await node('--input-type=module', '--eval', build);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('calls its main, and tells the lines of the source where that throws', async () => {
    expect((await run()).stdout).toBe('spoken\n');
    await expect(run('fail')).rejects.toMatchObject({ stderr: expect.stringMatching(/main \(.*program\.ts:5:\d+\)/) });
    await expect(run('reject')).rejects.toMatchObject({ stderr: expect.stringMatching(/program\.ts:6:\d+/) });
  });

  it('tells them also of what is logged, once the start is over', async () => {
    expect((await run('log')).stdout).toMatch(/program\.ts:12:\d+/);
  });

  it('takes what V8 compiled before, and compiles anew where that is not there or cannot be read', async () => {
    const [bundle, cache] = [join(folder, 'program.cjs'), join(folder, 'program.cache')];
    const source = await readFile(bundle, 'utf8');
    // V8 knows a source by its length: what is compiled already still says the former word.
    await writeFile(bundle, source.replace('spoken', 'broken'));
    expect((await run()).stdout).toBe('spoken\n');
    await writeFile(cache, 'no code at all');
    expect((await run()).stdout).toBe('broken\n');
    await rm(cache);
    expect((await run()).stdout).toBe('broken\n');
  });
});
