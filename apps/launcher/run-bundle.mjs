/**
 * What `dist/<app>/main.mjs` is: loads the bundle that lies beside it and calls its `main`. V8 takes what it compiled when the
 * bundle was built (`main.cache`) in place of compiling it again, unless that is not there or another version of Node, or other
 * flags, made it. `node main.mjs --write-code-cache` writes that file and calls nothing. The source map, which takes 10 ms of CPU to
 * read, is read when the start is over, or before Node tells of what ends the process: stacks that
 * are logged before name the lines of the bundle.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename } from 'node:path';
import { Script } from 'node:vm';

const WRITE = '--write-code-cache';
/** Milliseconds after which most starts are over. */
const START_MS_MAX = 1_000;
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

/** A script has no source map; a module with this name and nothing else has it for both. */
function readSourceMap() {
  new Module(file)._compile(`//# sourceMappingURL=${basename(file)}.map`, file);
}

// esbuild writes nothing beyond ASCII.
const source = readFileSync(file, 'latin1');
const script = new Script(`${PARAMETERS}${source}\n})`, {
  filename: file,
  columnOffset: -PARAMETERS.length,
  cachedData: isWriting ? undefined : compiledBefore(),
});
process.once('uncaughtExceptionMonitor', readSourceMap);
const bundle = new Module(file);
bundle.filename = file;
script.runInThisContext().call(bundle.exports, bundle.exports, createRequire(file), bundle, file, import.meta.dirname);
if (isWriting) {
  // Now also what the modules needed of themselves while they were evaluated.
  writeFileSync(cacheFile, script.createCachedData());
  process.exit(0);
}
setTimeout(readSourceMap, START_MS_MAX).unref();
void bundle.exports.main();
