/** One thing that must be usable before requests are welcome. */
export interface ReadinessCheck {
  readonly name: string;
  /** Whether it is usable now, with more to say about it where that helps. Rejecting means no. */
  check(): Promise<{ ok: boolean; detail?: object }> | { ok: boolean; detail?: object };
}

/** What a check found. */
export interface ReadinessFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: object;
}

/** Milliseconds a check may take before it counts as failed. */
const CHECK_MS_MAX = 2_000;

/** Whether this process wants requests: started, not draining, and everything it needs is usable. */
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];
  private phase: 'starting' | 'serving' | 'draining' = 'starting';

  /** Adds something that must be usable. */
  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** The start is complete. */
  serve(): void {
    if (this.phase === 'starting') this.phase = 'serving';
  }

  /** Whether the end has begun. */
  get isDraining(): boolean {
    return this.phase === 'draining';
  }

  /** From now on the answer is no. */
  drain(): void {
    this.phase = 'draining';
  }

  /** The answer, with what every check found. */
  async find(): Promise<{ ready: boolean; phase: string; checks: ReadinessFinding[] }> {
    const checks = await Promise.all(this.checks.map((check) => findingOf(check)));
    return { ready: this.phase === 'serving' && checks.every(({ ok }) => ok), phase: this.phase, checks };
  }
}

async function findingOf({ name, check }: ReadinessCheck): Promise<ReadinessFinding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ok: boolean }>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false }), CHECK_MS_MAX);
  });
  try {
    return { name, ...(await Promise.race([Promise.resolve().then(check), late])) };
  } catch {
    return { name, ok: false };
  } finally {
    clearTimeout(timer);
  }
}
