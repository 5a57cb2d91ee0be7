import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JOURNAL_BYTES, RedoJournal, type JournalRecord } from './redo-journal.js';

describe('RedoJournal', () => {
  const SALT = 7;
  let folder: string;
  let file: string;
  let journal: RedoJournal;

  const open = (salt = SALT): RedoJournal => (journal = new RedoJournal(file, salt));
  const record = (number: number, text = `text ${number}`): JournalRecord => ({ number, text });
  const append = async (...numbers: number[]): Promise<void> => {
    for (const number of numbers) await journal.append(record(number));
  };
  const reopened = (salt = SALT): JournalRecord[] => {
    journal.close();
    return open(salt).records();
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redo-journal-'));
    file = join(folder, 'redo');
    open();
  });

  afterEach(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });

  it('gives back what was recorded, in order', async () => {
    expect(journal.records()).toEqual([]);
    await append(3, 4);
    await journal.append(record(5, 'größer 𝄞'));
    expect(reopened()).toEqual([record(3), record(4), record(5, 'größer 𝄞')]);
  });

  it('ends before a record that is not whole', async () => {
    await append(1, 2, 3);
    const bytes = readFileSync(file);
    const at = bytes.indexOf('text 2');
    for (const spoilt of [at, at - 1, at - 10]) {
      const copy = Buffer.from(bytes);
      copy[spoilt]! ^= 1;
      writeFileSync(file, copy);
      expect(reopened()).toEqual([record(1)]);
    }
  });

  it('gives nothing of what was there before it began anew', async () => {
    await append(1, 2, 3);
    journal.restart();
    await append(4);
    expect(reopened()).toEqual([record(4)]);
  });

  it('gives nothing of a journal of something else', async () => {
    await append(1);
    expect(reopened(SALT + 1)).toEqual([]);
  });

  it('is of one length, and says what does not fit any more', async () => {
    const half = 'x'.repeat(JOURNAL_BYTES / 2 - 100);
    await journal.append(record(1, half));
    expect([journal.fits(half), journal.fits(half + half)]).toEqual([true, false]);
    await journal.append(record(2, half));
    expect(journal.fits(half)).toBe(false);
    expect(readFileSync(file)).toHaveLength(JOURNAL_BYTES);
    journal.restart();
    expect(journal.fits(half)).toBe(true);
  });
});
