import { join } from 'node:path';
import { isInUse, Sqlite } from './sqlite.js';

/** Keeps a data folder to one process; the operating system gives it free when the process ends, however it ends. */
export class FolderLock {
  private constructor(private readonly db: Sqlite) {}

  /** Throws when another server, of this process or another one, has the folder. */
  static take(folder: string): FolderLock {
    try {
      const db = new Sqlite(join(folder, 'lock.db'), { journal: 'DELETE' });
      db.exec('BEGIN EXCLUSIVE');
      return new FolderLock(db);
    } catch (error) {
      if (!isInUse(error)) throw error;
      throw new Error(`The data folder ${folder} is in use: one local-azure may use it at a time.`, { cause: error });
    }
  }

  release(): void {
    this.db.exec('ROLLBACK');
    this.db.close();
  }
}
