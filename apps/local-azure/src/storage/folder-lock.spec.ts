import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from './folder-lock.js';

describe('FolderLock', () => {
  it('keeps a folder to one until it is released', () => {
    const folder = mkdtempSync(join(tmpdir(), 'folder-lock-'));
    const lock = FolderLock.take(folder);
    expect(() => FolderLock.take(folder)).toThrow(`The data folder ${folder} is in use`);
    lock.release();
    FolderLock.take(folder).release();
    rmSync(folder, { recursive: true });
  });
});
