/** Waits for a server to listen; when its port is taken or forbidden, throws an error that tells whose port it is. */
export async function listening<T>(start: Promise<T>, who: string): Promise<T> {
  try {
    return await start;
  } catch (error) {
    const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const trouble = code === 'EADDRINUSE' ? 'is taken' : 'may not be used';
    throw new Error(`Port ${port} of ${address}, on which ${who} should listen, ${trouble}.`, { cause: error });
  }
}
