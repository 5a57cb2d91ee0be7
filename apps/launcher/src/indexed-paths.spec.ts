import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { topology } from '@ballast/contracts';

/** The text of a service's code and of the library with which it asks its containers, without their tests. */
const codeOf = (service: string): string => codeIn(`../../${service}/src`) + codeIn('../../../libs/cosmos/src');

function codeIn(path: string): string {
  const folder = resolve(__dirname, path);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const own = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  return own.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

describe('what is indexed', () => {
  const paths = topology.containers.flatMap(({ name, owner, indexedPaths }) =>
    indexedPaths.map((path) => ({ name, owner, path })),
  );

  it.each(paths)('is asked for, as every write pays for it: $path of $name', ({ owner, path }) => {
    const property = path.slice(1, -'/?'.length).replaceAll('/', '.');
    expect(codeOf(owner)).toMatch(new RegExp(`\\bc\\.${property} (?:[=<>]|IN\\b)|ORDER BY c\\.${property}\\b`));
  });
});
