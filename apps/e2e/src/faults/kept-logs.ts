import { createWriteStream, mkdirSync } from 'node:fs';
import type { WriteStream } from 'node:fs';
import { join } from 'node:path';

/** Writes what the processes say into one file for each, every line behind the time at which it came. */
export class KeptLogs {
  private readonly files = new Map<string, WriteStream>();
  private isClosed = false;

  /** Makes the folder where it is missing. */
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** Adds a line of a process; what comes after the end is dropped. */
  add(process: string, line: string): void {
    if (!this.isClosed) this.fileOf(process).write(`${new Date().toISOString()} ${line}\n`);
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    this.isClosed = true;
    const written = [...this.files.values()].map((file) => new Promise<void>((resolve) => file.end(resolve)));
    await Promise.all(written);
  }

  private fileOf(process: string): WriteStream {
    const name = `${process.replaceAll(/[^a-z0-9-]+/g, '-').replace(/-$/, '')}.log`;
    const file = this.files.get(name) ?? createWriteStream(join(this.folder, name), { flags: 'a' });
    this.files.set(name, file);
    return file;
  }
}
