/** How often what this replica knows of is looked at. */
const LOOK_EVERY_MS = 1_000;
/** How often orders are looked up that other replicas placed, one of which may be gone. */
const DISCOVER_EVERY_MS = 60_000;

/** What is done on a round; neither begins again before it has ended. */
export interface Round {
  /** Every second. Must not reject. */
  look(): Promise<void>;
  /** At the start and every minute. */
  discover(): Promise<void>;
  /** Told why a discovery failed; the next one comes all the same. */
  failed(error: unknown): void;
}

/** Goes round until it is stopped. */
export class Rounds {
  private timers: NodeJS.Timeout[] = [];
  private looking: Promise<void> | undefined;
  private discovering: Promise<void> | undefined;

  constructor(private readonly round: Round) {}

  start(): void {
    this.discover();
    this.timers = [
      setInterval(() => this.look(), LOOK_EVERY_MS),
      setInterval(() => this.discover(), DISCOVER_EVERY_MS),
    ];
  }

  /** Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.looking, this.discovering]);
  }

  private look(): void {
    this.looking ??= this.round.look().finally(() => (this.looking = undefined));
  }

  private discover(): void {
    this.discovering ??= this.round
      .discover()
      .catch((error: unknown) => this.round.failed(error))
      .finally(() => (this.discovering = undefined));
  }
}
