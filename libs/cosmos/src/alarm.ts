/** A pause that a ring ends early. A ring while nobody waits is not kept: whoever rings changes the state first. */
export class Alarm {
  #end: (() => void) | undefined;

  /** Resolves after `ms` or at the next ring. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.ring(), ms);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  ring(): void {
    const end = this.#end;
    this.#end = undefined;
    end?.();
  }
}
