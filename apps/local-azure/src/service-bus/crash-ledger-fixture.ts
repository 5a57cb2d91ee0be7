/** Where a message is, or that it is gone. */
export type Place = 'ready' | 'scheduled' | 'dead' | 'deferred' | 'gone';

/** One message of the load, and all that its client was told of it. */
export interface Known {
  readonly id: string;
  /** The queue or topic that it was sent to. */
  readonly entity: string;
  /** Empty for a message without a session. */
  readonly sessionId: string;
  /** Its turn among those of its session. */
  readonly turn: number;
  /** Whether the server has said that it has it. */
  accepted: boolean;
  place: Place;
  /** Where it was asked to be next, without an answer yet. */
  asked?: Place;
  /** Failed deliveries that were answered, and those that were not. */
  failures: { certain: number; possible: number };
}

/** What is to be sent, and where it is once it is accepted. */
export interface Sending {
  readonly entity: string;
  readonly place: Place;
  readonly sessionId?: string;
}

/** What a ledger holds, to be handed from one process to the next. */
export interface CrashNotes {
  readonly messages: readonly Known[];
  readonly contradictions: readonly string[];
}

/** Everything that was sent and all that was answered; notes what contradicts it. */
export class CrashLedger {
  readonly contradictions: string[];
  /** Requests that were answered. */
  answers = 0;
  private readonly messages = new Map<string, Known>();
  private readonly bySession = new Map<string, Known[]>();

  /** Goes on with what another ledger noted. */
  constructor(notes: CrashNotes = { messages: [], contradictions: [] }) {
    this.contradictions = [...notes.contradictions];
    for (const known of notes.messages) {
      this.messages.set(known.id, known);
      this.session(known.sessionId).push(known);
    }
  }

  get notes(): CrashNotes {
    return { messages: [...this.messages.values()], contradictions: this.contradictions };
  }

  /** Sends a new message by `send`, and notes the answer. */
  async send(what: Sending, send: (known: Known) => Promise<void>): Promise<Known> {
    const sessionId = what.sessionId ?? '';
    const session = this.session(sessionId);
    const known: Known = {
      id: `message-${this.messages.size}`,
      entity: what.entity,
      sessionId,
      turn: session.length,
      accepted: false,
      place: what.place,
      failures: { certain: 0, possible: 0 },
    };
    this.messages.set(known.id, known);
    session.push(known);
    await send(known);
    this.answers += 1;
    known.accepted = true;
    return known;
  }

  /** Asks by `ask` that a message be moved, and notes the answer. */
  async move(known: Known, place: Place, ask: () => Promise<void>): Promise<void> {
    known.asked = place;
    await ask();
    this.answers += 1;
    known.place = place;
    delete known.asked;
  }

  /** Asks by `ask` for something that counts as a failed delivery, and notes the answer. */
  async fail(known: Known, ask: () => Promise<void>): Promise<void> {
    known.failures.possible += 1;
    await ask();
    this.answers += 1;
    known.failures.certain += 1;
  }

  /** Notes that a message was seen at a place, and gives what is known of it. */
  seen(id: string, place: Place, deliveryCount: number): Known {
    const known = this.messages.get(id);
    if (known === undefined) throw new Error(`${id} was never sent`);
    const { certain, possible } = known.failures;
    if (place !== known.place && place !== known.asked) this.contradict(known, `seen among the ${place}`);
    if (deliveryCount < certain || deliveryCount > possible) {
      this.contradict(known, `delivered with ${deliveryCount} failures of ${certain} to ${possible}`);
    }
    return known;
  }

  /** Notes what one receiver of a session was given, in this order. */
  inTurn(given: readonly Known[]): void {
    for (const [index, known] of given.entries()) {
      const before = new Set(given.slice(0, index));
      const passed = this.session(known.sessionId)
        .slice(0, known.turn)
        .find((one) => one.accepted && one.place === 'ready' && one.asked === undefined && !before.has(one));
      if (passed !== undefined) this.contradict(known, `given before ${passed.id} of its session`);
      if ([...before].some(({ turn }) => turn >= known.turn)) this.contradict(known, 'given out of turn');
    }
  }

  /** Compares what was found in one entity, every place of each message, with what was answered. */
  compare(entity: string, found: ReadonlyMap<string, readonly Place[]>): void {
    for (const known of this.messages.values()) {
      if (known.entity !== entity) continue;
      const places = found.get(known.id) ?? ['gone'];
      const allowed: (Place | undefined)[] = [known.place, known.asked, known.accepted ? undefined : 'gone'];
      if (places.length > 1 || !allowed.includes(places[0]!)) this.contradict(known, `found: ${places.join(', ')}`);
    }
  }

  private session(sessionId: string): Known[] {
    const known = this.bySession.get(sessionId) ?? [];
    this.bySession.set(sessionId, known);
    return known;
  }

  private contradict(known: Known, what: string): void {
    this.contradictions.push(`${what}: ${JSON.stringify(known)}`);
  }
}
