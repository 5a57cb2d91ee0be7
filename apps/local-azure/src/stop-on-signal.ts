/** Closes a server at the first SIGTERM or SIGINT and ends the process: with 0, or with 1 after `onFailure`. */
export function stopOnSignal(server: { close(): Promise<void> }, onFailure: (error: unknown) => void): void {
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        onFailure(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
