import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Execution } from '../domain/execution.js';
import { encode } from './rows.js';

/** The venue's own record of its executions, one JSON line each, on the disk before anyone hears of them. */
export class FillFile {
  private readonly descriptor: number;
  private sizeBytes: number;
  private unwritten = '';

  /** Opens the file and makes it say exactly what `executions` says: a torn, missing or surplus line is mended. */
  constructor(file: string, executions: readonly Execution[]) {
    const wanted = Buffer.from(executions.map(lineOf).join(''));
    const found = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    this.descriptor = openSync(file, found.length > 0 ? 'r+' : 'w+', FILE_MODE);
    this.sizeBytes = wanted.length;
    if (found.equals(wanted)) return;
    writeFully(this.descriptor, wanted, 0);
    ftruncateSync(this.descriptor, wanted.length);
    fsyncSync(this.descriptor);
  }

  /** Appends lines and waits for the disk; after a failure the next call writes the missing lines first. */
  append(executions: readonly Execution[]): void {
    this.unwritten += executions.map(lineOf).join('');
    if (this.unwritten === '') return;
    const bytes = Buffer.from(this.unwritten);
    writeFully(this.descriptor, bytes, this.sizeBytes);
    fsyncSync(this.descriptor);
    this.sizeBytes += bytes.length;
    this.unwritten = '';
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

const FILE_MODE = 0o600;

function lineOf(execution: Execution): string {
  return `${encode(execution)}\n`;
}

function writeFully(descriptor: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length;) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}
