import rhea from 'rhea';
import type { Connection, Delivery, Receiver, Sender, Session } from 'rhea';

/**
 * The connections, sessions and links of the AMQP library where its typings do not show what this server has to reach. With
 * `amqp-values.ts`, nothing else in this folder casts into the library.
 */

type Update = (delivery: DeliveryInternals, settled: boolean, state: unknown) => void;
interface DeliveryInternals {
  state?: OutcomeOnWire;
}
interface OutgoingInternals {
  next_delivery_id: number;
  next_pending_delivery: number;
  deliveries: { available(): number };
  pending_dispositions: DeliveryInternals[];
  updated: unknown[];
  update: Update;
  process(): void;
}
interface IncomingInternals {
  on_transfer(frame: TransferFrame, receiver: unknown): void;
  updated: DeliveryInternals[];
  update: Update;
  process(session: unknown): void;
}
interface TransferFrame {
  performative: { message_format?: number | null };
}
interface SessionInternals {
  outgoing: OutgoingInternals;
  incoming: IncomingInternals;
}
interface SenderInternals {
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _draining: boolean;
  _get_drain: () => boolean;
  local: { attach: Record<string, unknown> };
  remote: { attach: Record<string, unknown> };
  connection: { _register(): void };
  state: { local_open: boolean; open_requests: number; marker?: unknown };
  remove(): void;
}

interface OutcomeOnWire {
  readonly descriptor: { readonly value: unknown };
}
interface Outcome {
  described(): unknown;
}
interface OutcomeInternals {
  accepted(fields: object): Outcome;
  rejected(fields: object): Outcome;
}

const outcomes = rhea.message as unknown as OutcomeInternals;
const PLAIN_FORMAT = 0;
const ACCEPTED = 0x24;
/** The source filter that asks for a session, by id or (null) for any. */
export const SESSION_FILTER = 'com.microsoft:session-filter';
/** Stands for format 0 between our transfer hook and our message handler, so that the library keeps the raw bytes. */
const PLAIN_FORMAT_KEPT_RAW = 1;

/** Makes the library hand messages of format 0 over as bytes instead of decoding them and dropping the bytes. */
export function keepTransfersRaw(session: Session): void {
  const { incoming } = session as unknown as SessionInternals;
  const original = incoming.on_transfer;
  incoming.on_transfer = (frame, receiver) => {
    if (frame.performative.message_format === PLAIN_FORMAT) frame.performative.message_format = PLAIN_FORMAT_KEPT_RAW;
    original.call(incoming, frame, receiver);
  };
}

/**
 * Writes the outcomes of two neighbouring deliveries apart where they differ. The library writes those of one turn as one,
 * with the outcome of the first, so that a refusal after an acceptance would be told as an acceptance.
 */
export function keepOutcomesApart(session: Session): void {
  const { incoming, outgoing } = session as unknown as SessionInternals;
  writeBeforeOther(
    incoming,
    () => incoming.updated,
    () => incoming.process(session),
  );
  writeBeforeOther(
    outgoing,
    () => outgoing.pending_dispositions,
    () => {
      // Those are told to us in the turn they come in, which may be going on.
      const { updated } = outgoing;
      outgoing.updated = [];
      outgoing.process();
      outgoing.updated = updated;
    },
  );
}

function writeBeforeOther(side: { update: Update }, pending: () => DeliveryInternals[], write: () => void): void {
  const original = side.update;
  side.update = (delivery, settled, state) => {
    const before = pending().at(-1);
    const outcome = (state ?? delivery.state) as OutcomeOnWire | undefined;
    if (before !== undefined && !(isAccepted(before.state) && isAccepted(outcome))) write();
    original.call(side, delivery, settled, state);
  };
}

function isAccepted(outcome: OutcomeOnWire | undefined): boolean {
  return outcome?.descriptor.value === ACCEPTED;
}

/** The bytes of a received delivery and the message format the client gave. */
export function rawTransfer(context: { message?: unknown; delivery?: Delivery }): { bytes: Buffer; format: number } {
  const format = context.delivery!.format;
  return { bytes: context.message as Buffer, format: format === PLAIN_FORMAT_KEPT_RAW ? PLAIN_FORMAT : format };
}

/** Whether our attach is written. The library writes deliveries before it, where both are due in one turn. */
export function isAttachWritten(link: Sender): boolean {
  const { local_open, open_requests } = (link as unknown as SenderInternals).state;
  return local_open && open_requests === 0;
}

/** How many more deliveries the link may take now: its credit less what waits to be written, within the session ring. */
export function sendableCount(sender: Sender): number {
  const { outgoing } = sender.session as unknown as SessionInternals;
  const waiting = outgoing.next_delivery_id - outgoing.next_pending_delivery;
  return Math.min((sender as unknown as SenderInternals).credit - waiting, outgoing.deliveries.available());
}

/** Tells of the settlements that have come in so far; the library would do so only at the end of the turn. */
export function tellSettlements(session: Session): void {
  (session as unknown as SessionInternals).outgoing.process();
}

/** Whether the client has asked to drain this link and has not been answered. */
export function isDraining(sender: Sender): boolean {
  return (sender as unknown as SenderInternals)._draining;
}

/** Answers drain requests only through `answerDrain`, and then also when no credit is left. */
export function holdDrainAnswers(sender: Sender): void {
  (sender as unknown as SenderInternals)._get_drain = () => false;
}

/** Writes what is queued, uses up the remaining credit, and tells the client so. */
export function answerDrain(sender: Sender): void {
  const link = sender as unknown as SenderInternals;
  link._get_drain = () => {
    link._get_drain = () => false;
    if (!link._draining) return false;
    link._draining = false;
    link.delivery_count += link.credit;
    link.credit = 0;
    return true;
  };
  link.issue_flow = true;
  link.connection._register();
}

/** The outcome that says a delivery, or its settlement, was taken. */
export function acceptedOutcome(): unknown {
  return outcomes.accepted({}).described();
}

/** The outcome that refuses a delivery, or its settlement. */
export function rejectedOutcome(error: { condition: string; description: string }): unknown {
  return outcomes.rejected({ error: { condition: error.condition, description: error.description } }).described();
}

/** Settles a delivery with an outcome and frees its slot, since the peer of a `second` link never settles by itself. */
export function settleOutgoing(delivery: Delivery, outcome: unknown): void {
  delivery.update(true, outcome);
  (delivery as { remote_settled: boolean }).remote_settled = true;
}

/** The fields of our own attach, to be changed before it is written at the end of the turn. */
export function localAttach(link: Sender | Receiver): Record<string, unknown> {
  return (link as unknown as SenderInternals).local.attach;
}

/** The address of the other side's source or target, if it gave one. */
export function remoteAddress(link: Sender | Receiver, end: 'source' | 'target'): string | undefined {
  const terminus = (link as unknown as SenderInternals).remote.attach[end] as { address?: string | null } | null;
  return terminus?.address ?? undefined;
}

/** The session that the client asked for on the source: null is any; undefined when it asked for none. */
export function wantedSession(link: Sender): string | null | undefined {
  const source = (link as unknown as SenderInternals).remote.attach['source'] as { filter?: object | null } | null;
  const filter = (source?.filter ?? {}) as Record<string, unknown>;
  if (!(SESSION_FILTER in filter)) return undefined;
  const wanted = filter[SESSION_FILTER] ?? null;
  return wanted === null ? null : String(wanted);
}

/** Keeps our attach from being written until the link is opened. */
export function holdAttach(link: Sender): void {
  const { state } = link as unknown as SenderInternals;
  if (!state.local_open) return;
  state.local_open = false;
  state.open_requests -= 1;
}

/**
 * For a listener of the client's detach: keeps the library from answering it in this turn. The result answers it, unless the
 * link's session or connection has ended meanwhile.
 */
export function holdDetachAnswer(link: Sender): () => void {
  const { state } = link as unknown as SenderInternals;
  // The library answers in the next tick, which it asks for after its listeners, if its mark still stands.
  process.nextTick(() => {
    state.marker = undefined;
  });
  return () => {
    if (!link.session.is_open() || !link.connection.is_open()) return;
    link.close();
    process.nextTick(() => (link as unknown as SenderInternals).remove());
  };
}

/** The keys of the filters that the client asked for on the source. */
export function sourceFilterKeys(link: Sender): string[] {
  const source = (link as unknown as SenderInternals).remote.attach['source'] as { filter?: object | null } | null;
  return Object.keys(source?.filter ?? {});
}

/** What becomes of messages that go over the link, as the client has asked: move, copy, or undefined when it did not say. */
export function distributionMode(link: Sender): unknown {
  const source = (link as unknown as SenderInternals).remote.attach['source'];
  return (source as { distribution_mode?: unknown } | null)?.distribution_mode ?? undefined;
}

/** Sends an empty frame, which makes the other side's kernel release what it held back for our acknowledgement. */
export function writeEmptyFrame(connection: Connection): void {
  connection['_write_frame'](0);
}

/** Ends the library's timers and writes for a connection whose socket is closed. */
export function abandonConnection(connection: Connection): void {
  connection['eof']();
  connection['socket_ready'] = false;
}
