import { readFile } from 'node:fs/promises';

/** Milliseconds of one tick in which Linux counts the time of processes. */
const TICK_MS = 10;
/** Fields of `/proc/<pid>/stat` after the name of the program: time in user mode and in the kernel, in ticks. */
const USER_TICKS = 11;
const KERNEL_TICKS = 12;
const KB_PER_MB = 1_024;

/** What a process has used since it began. */
export interface ProcessUse {
  readonly cpuMs: number;
  /** Memory that it holds now. */
  readonly memoryMb: number;
}

/** Reads what a process of this machine uses; nothing (NaN) where the system does not tell as Linux does. */
export async function useOf(pid: number): Promise<ProcessUse> {
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const [stat, status] = await Promise.all([read('stat'), read('status')]);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, resident] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return {
    cpuMs: (Number(fields[USER_TICKS]) + Number(fields[KERNEL_TICKS])) * TICK_MS,
    memoryMb: Number(resident) / KB_PER_MB,
  };
}
