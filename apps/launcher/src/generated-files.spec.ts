import { existsSync, readFileSync } from 'node:fs';
import { LIFE_OF_ONE_ORDER, withBlock } from './generated-blocks.js';
import { generatedFiles } from './generated-files.js';

describe('generated files', () => {
  it.each(generatedFiles().map(({ path, content }) => [path, content]))(
    '%s is up to date (npm run generate)',
    (path, content) => {
      expect(readFileSync(path, 'utf8')).toBe(content);
    },
  );

  it.each([...new Set(LIFE_OF_ONE_ORDER.map(({ file }) => file))])(
    'the life of one order names a file that is there: %s',
    (file) => {
      expect(existsSync(file)).toBe(true);
    },
  );

  it('refuses a text without its markers', () => {
    expect(() => withBlock('no markers', 'events', '')).toThrow('no generated block');
  });
});
