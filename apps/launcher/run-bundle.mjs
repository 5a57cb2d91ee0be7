/**
 * What `dist/<app>/main.mjs` is: loads the bundle that lies beside it and calls its `main`. V8 takes what it compiled when the
 * bundle was built (`main.cache`) in place of compiling it again, unless that is not there or another version of Node, or other
 * flags, made it. `node main.mjs --write-code-cache` writes that file and calls nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Script } from 'node:vm';

const WRITE = '--write-code-cache';
const PARAMETERS = '(function (exports, require, module, __filename, __dirname) {';

const file = import.meta.filename.replace(/\.mjs$/, '.cjs');
const cacheFile = file.replace(/\.cjs$/, '.cache');
const isWriting = process.argv[2] === WRITE;

function compiledBefore() {
  try {
    return readFileSync(cacheFile);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

// esbuild writes nothing beyond ASCII.
const source = readFileSync(file, 'latin1');
const script = new Script(`${PARAMETERS}${source}\n})`, {
  filename: file,
  columnOffset: -PARAMETERS.length,
  cachedData: isWriting ? undefined : compiledBefore(),
});
// A script has no source map; one with this name and nothing else has it for both.
new Module(file)._compile(`//# sourceMappingURL=${basename(file)}.map`, file);

const bundle = new Module(file);
bundle.filename = file;
script.runInThisContext().call(bundle.exports, bundle.exports, createRequire(file), bundle, file, import.meta.dirname);
if (isWriting) {
  // Now also what the modules needed of themselves while they were evaluated.
  writeFileSync(cacheFile, script.createCachedData());
  process.exit(0);
}
void bundle.exports.main();
