import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HALF_BYTES, JOURNAL_BYTES, RedoJournal, type JournalRecord } from './redo-journal.js';

describe('RedoJournal', () => {
  const SALT = 7;
  /** Longer than a record is waited for in place. */
  const SLOW_MS = 10;
  const RECORDS_ELSEWHERE_MAX = 32;
  let writeMs: number;
  let folder: string;
  let file: string;
  let journal: RedoJournal;

  const open = (salt = SALT): RedoJournal => (journal = new RedoJournal(file, salt, clock()));
  /** A clock on which each writing takes `writeMs`. */
  const clock = () => {
    let ms = 0;
    return () => (ms += writeMs);
  };
  const record = (number: number, text = `text ${number}`): JournalRecord => ({ number, text });
  const append = async (...numbers: number[]): Promise<void> => {
    for (const number of numbers) await journal.append(record(number));
  };
  const reopened = (salt = SALT): JournalRecord[] => {
    journal.close();
    return open(salt).recordsAfter(0);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'redo-journal-'));
    file = join(folder, 'redo');
    writeMs = 0;
    open();
  });

  afterEach(() => {
    journal.close();
    rmSync(folder, { recursive: true });
  });

  it('gives back what was recorded, in order', async () => {
    expect(journal.recordsAfter(0)).toEqual([]);
    await append(3, 4);
    await journal.append(record(5, 'größer 𝄞'));
    expect(reopened()).toEqual([record(3), record(4), record(5, 'größer 𝄞')]);
  });

  it('has a record on disk when it returns, and after a slow one once what it returns resolves', async () => {
    expect(journal.append(record(1, 'a long text, of which nothing stays'))).toBeUndefined();
    writeMs = SLOW_MS;
    expect(journal.append(record(2))).toBeUndefined();
    const written = journal.append(record(3));
    expect(written).toBeInstanceOf(Promise);
    await written;
    writeMs = 0;
    expect(journal.append(record(4))).toBeUndefined();
    expect(reopened().map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(journal.recordsAfter(1)[0]).toEqual(record(2));
  });

  it('waits in place less and less often while the disk is slow each time', async () => {
    let number = 0;
    /** After each of so many records in place, how many a thread waited for. */
    const elsewhere = async (inPlace: number): Promise<number[]> => {
      const counts: number[] = [];
      while (counts.length <= inPlace) {
        const written = journal.append(record((number += 1)));
        if (written === undefined) counts.push(0);
        else if (counts.length > 0) counts[counts.length - 1]! += 1;
        await written;
      }
      return counts.slice(0, inPlace);
    };
    writeMs = SLOW_MS;
    expect(await elsewhere(7)).toEqual([1, 2, 4, 8, 16, RECORDS_ELSEWHERE_MAX, RECORDS_ELSEWHERE_MAX]);
    writeMs = 0;
    expect(await elsewhere(2)).toEqual([0, 0]);
    writeMs = SLOW_MS;
    expect(await elsewhere(3)).toEqual([1, 2, 4]);
    expect(reopened()).toHaveLength(number);
  });

  it('rejects when a record could not be written', async () => {
    journal.close();
    const failed = journal.append(record(1));
    open();
    await expect(failed).rejects.toThrow('EBADF');
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

  it('gives back what both halves have, in order, after a number', async () => {
    await append(3, 4);
    journal.turn();
    await append(5, 6);
    expect(reopened()).toEqual([3, 4, 5, 6].map((number) => record(number)));
    expect(journal.recordsAfter(4)).toEqual([record(5), record(6)]);
    journal.turn();
    journal.turn();
    await append(7);
    expect(journal.recordsAfter(5)).toEqual([record(6), record(7)]);
  });

  it('ends before a record that is missing', async () => {
    await append(3);
    journal.turn();
    await append(5);
    expect(reopened()).toEqual([record(3)]);
  });

  it('gives back what was written across the halves when it had none', async () => {
    const long = 'x'.repeat(JOURNAL_BYTES / 3);
    for (const number of [1, 2]) await journal.append(record(number, long));
    await append(3);
    expect(reopened()).toEqual([record(1, long), record(2, long), record(3)]);
  });

  it('is of one length, and says what does not fit any more, or not even alone', async () => {
    const part = 'x'.repeat(HALF_BYTES / 2 - 100);
    expect(readFileSync(file)).toHaveLength(JOURNAL_BYTES);
    expect([HALF_BYTES - 16, HALF_BYTES - 15].map((bytes) => journal.fitsAlone('x'.repeat(bytes)))).toEqual([true, false]); // prettier-ignore
    for (const number of [1, 2]) {
      await journal.append(record(number, part));
      expect([journal.fits(part), journal.fits(part + part)]).toEqual([number === 1, false]);
    }
    journal.turn();
    expect(journal.fits(part + part)).toBe(true);
    for (const number of [3, 4]) await journal.append(record(number, part));
    expect(journal.fits(part)).toBe(false);
    expect(readFileSync(file)).toHaveLength(JOURNAL_BYTES);
    journal.restart();
    expect(journal.fits(part)).toBe(true);
  });
});
