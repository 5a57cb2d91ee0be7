/** An answer of the broker that comes when the test says so. */
export class Answer {
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly awaited = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}
