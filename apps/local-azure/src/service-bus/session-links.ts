import type { Sender } from 'rhea';
import { whenLinkEnds } from './link-end.js';
import { openReceiverLink, type ReceiverLinkContext } from './receiver-links.js';
import { longOf } from './amqp-values.js';
import { holdAttach, localAttach, remoteAddress, SESSION_FILTER } from './rhea-internals.js';
import type { SessionEntity, SessionHolder, SessionQueue } from './session-entity.js';
import type { Sessions } from './sessions.js';
import { asServiceBusError, ServiceBusError, sessionLockLost } from './service-bus-error.js';

const LOCKED_UNTIL_PROPERTY = 'com.microsoft:locked-until-utc';
const TIMEOUT_PROPERTY = 'com.microsoft:timeout';
/** How long a client waits for any session unless it says so. */
const WAIT_MS_DEFAULT = 60_000;
const TICKS_PER_MS = 10_000n;
/** The ticks of .NET between its first year and 1970. */
const EPOCH_TICKS = 621_355_968_000_000_000n;

/** What a session link needs besides what every receiver link does. */
export interface SessionLinkContext extends Omit<ReceiverLinkContext, 'queue'> {
  readonly entity: SessionEntity;
  readonly sessions: Sessions;
}

/**
 * Opens a link that receives one session: that with the id, or (null) the next that is free and has messages. Our attach
 * is held back until the session is locked or refused. The result ends the link from our side.
 */
export function openSessionLink(
  sender: Sender,
  wanted: string | null,
  context: SessionLinkContext,
): (reason: ServiceBusError) => void {
  holdAttach(sender);
  const link = new SessionLink(sender, context);
  link.onEnd = whenLinkEnds(sender, context.client, (canAnswer) => link.end(canAnswer));
  if (wanted === null) link.acceptNext();
  else void link.accept(wanted);
  return (reason) => link.detach(reason);
}

class SessionLink implements SessionHolder {
  onEnd: () => void = () => undefined;
  private session: SessionQueue | undefined;
  private closeReceiver: (() => void) | undefined;
  private giveUp: () => void = () => undefined;
  private ended = false;

  constructor(
    private readonly sender: Sender,
    private readonly context: SessionLinkContext,
  ) {}

  get linkName(): string {
    return this.sender.name;
  }

  async accept(sessionId: string): Promise<void> {
    const { sessions, entity } = this.context;
    try {
      this.receive(await sessions.accept(entity, sessionId, this));
    } catch (error) {
      this.refuse(asServiceBusError(error));
    }
  }

  acceptNext(): void {
    const { sessions, entity } = this.context;
    const asked = (this.sender.properties as Record<string, unknown> | undefined)?.[TIMEOUT_PROPERTY];
    const timeoutMs = typeof asked === 'number' ? asked : WAIT_MS_DEFAULT;
    const timer = setTimeout(() => {
      this.giveUp();
      this.refuse(new ServiceBusError('com.microsoft:timeout', 'No session with messages became free in time.'));
    }, timeoutMs);
    this.giveUp = () => clearTimeout(timer);
    const cancel = sessions.acceptNext(entity, this, (session) => {
      clearTimeout(timer);
      this.receive(session);
    });
    this.giveUp = () => {
      clearTimeout(timer);
      cancel();
    };
  }

  /** The session's lock has expired: the link ends with that. */
  lost(): void {
    this.detach(sessionLockLost());
  }

  /** Ends the link from our side; the session is free once the client has agreed. */
  detach(reason: ServiceBusError): void {
    if (this.session === undefined) {
      this.refuse(reason);
      return;
    }
    this.closeReceiver?.();
    const { condition, description } = reason;
    this.sender.close({ condition, description });
  }

  /** The client or its connection is gone; the link still answers a detach. */
  end(canAnswer: boolean): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd();
    this.giveUp();
    if (this.session !== undefined) this.context.sessions.release(this.session, this);
    else if (canAnswer) this.sender.open();
  }

  private receive(session: SessionQueue): void {
    if (this.ended) {
      this.context.sessions.release(session, this);
      return;
    }
    this.session = session;
    this.closeReceiver = openReceiverLink(this.sender, { ...this.context, queue: session });
    this.sender.set_source({
      address: remoteAddress(this.sender, 'source') ?? '',
      filter: { [SESSION_FILTER]: session.sessionId } as never,
    });
    const ticks = BigInt(session.locks.lockedUntilMs) * TICKS_PER_MS + EPOCH_TICKS;
    localAttach(this.sender)['properties'] = { [LOCKED_UNTIL_PROPERTY]: longOf(ticks) };
    this.sender.open();
  }

  private refuse({ condition, description }: ServiceBusError): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd();
    this.sender.open();
    this.sender.close({ condition, description });
  }
}
