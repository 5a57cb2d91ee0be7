import { Injectable } from '@nestjs/common';
import type { Wire, WireGroup } from './adapters/wire.js';
import type { EventFrame, Frame, QuoteFrame } from './domain/frame.js';
import type { StreamClient } from './stream-client.js';

/** Connections of one user to one replica, at most. */
export const CONNECTIONS_PER_USER_MAX = 20;

/** The room of those who hear everything. */
export const ALL = 'all';
/** The room of those who hear what belongs to a user. */
export const userRoom = (userId: string): string => `user:${userId}`;
/** The room of those who follow a profile. */
export const profileRoom = (profileId: string): string => `profile:${profileId}`;

/** The room of those who hear the quotes of a symbol. */
export const quotesRoom = (symbol: string): string => `quotes:${symbol}`;

/** What has happened at this replica since it started; only ever rises. */
export interface StreamCounts {
  /** Events that were heard. */
  events: number;
  /** Quotes that were heard. */
  quotes: number;
  /** Messages that were written to clients. */
  sent: number;
  /** Messages that a slow client was not sent. */
  dropped: number;
  /** Times a client was told to begin anew. */
  resyncs: number;
}

/** Who is connected to this replica and what they hear. */
@Injectable()
export class StreamHub {
  readonly counts: StreamCounts = { events: 0, quotes: 0, sent: 0, dropped: 0, resyncs: 0 };
  private readonly rooms = new Map<string, Set<StreamClient>>();
  private readonly byUser = new Map<string, Set<StreamClient>>();

  get clients(): StreamClient[] {
    return [...this.byUser.values()].flatMap((clients) => [...clients]);
  }

  /** Counts a client in; false where its user has as many connections as one may have. */
  admit(client: StreamClient): boolean {
    const { userId } = client.caller;
    const clients = this.byUser.get(userId) ?? new Set();
    if (clients.size >= CONNECTIONS_PER_USER_MAX) return false;
    this.byUser.set(userId, clients.add(client));
    return true;
  }

  /** Disconnects whoever came with a token of this session or API key. */
  endSession(sessionId: string): void {
    for (const client of this.clients) if (client.caller.sessionId === sessionId) client.close('revoked');
  }

  /** Forgets a client that is gone, with the rooms that it names. */
  forget(client: StreamClient, rooms: Iterable<string>): void {
    for (const room of rooms) this.leave(client, room);
    const clients = this.byUser.get(client.caller.userId);
    clients?.delete(client);
    if (clients?.size === 0) this.byUser.delete(client.caller.userId);
  }

  join(client: StreamClient, room: string): void {
    this.rooms.set(room, (this.rooms.get(room) ?? new Set()).add(client));
  }

  leave(client: StreamClient, room: string): void {
    const clients = this.rooms.get(room);
    clients?.delete(client);
    if (clients?.size === 0) this.rooms.delete(room);
  }

  /** Hands an event to those who follow its profile, in whatever order it was heard: each keeps its own. */
  toFollowers(frame: EventFrame): void {
    this.counts.events += 1;
    const { profileId } = frame.body;
    if (profileId === undefined) return;
    this.deliver(frame, this.rooms.get(profileRoom(profileId)) ?? [], (client) => client.follow(frame));
  }

  /** Sends an event to those who hear all, or its owner's, and do not follow its profile. */
  toOthers(frame: EventFrame, ownerId: string | undefined): void {
    const { profileId } = frame.body;
    const recipients = this.roomsOf(ownerId);
    this.deliver(frame, recipients, (client) => (client.follows(profileId) ? [] : [frame]));
  }

  /** Tells those who hear all, or an owner's events, and do not follow the profile that some of its events are missing. */
  tellGap(profileId: string, ownerId: string | undefined): void {
    for (const client of this.roomsOf(ownerId)) if (!client.follows(profileId)) client.tellGap(profileId);
  }

  /** Sends something to those who hear all. */
  toAll(frame: Frame): void {
    this.deliver(frame, this.rooms.get(ALL) ?? [], () => [frame]);
  }

  /** Who is in a room. */
  inRoom(room: string): ReadonlySet<StreamClient> {
    return this.rooms.get(room) ?? new Set();
  }

  /** Sends a quote to those who hear those of its symbol. */
  toQuoted(frame: QuoteFrame): void {
    this.counts.quotes += 1;
    this.deliver(frame, this.inRoom(quotesRoom(frame.body.symbol)), () => [frame]);
  }

  private roomsOf(ownerId: string | undefined): Set<StreamClient> {
    const owners = ownerId === undefined ? undefined : this.rooms.get(userRoom(ownerId));
    return new Set([...(this.rooms.get(ALL) ?? []), ...(owners ?? [])]);
  }

  /** One message to many: encoded once for all that can take it now; a client that cannot keeps it in its own queue. */
  private deliver<F extends Frame>(
    frame: F,
    clients: Iterable<StreamClient>,
    framesFor: (client: StreamClient) => readonly Frame[],
  ): void {
    const together = new Map<WireGroup, Wire[]>();
    for (const client of clients) {
      const frames = framesFor(client);
      const { group } = client.wire;
      if (frames.length === 1 && frames[0] === frame && group !== undefined && client.takesNow()) {
        const wires = together.get(group);
        if (wires === undefined) together.set(group, [client.wire]);
        else wires.push(client.wire);
      } else if (frames.length > 0) {
        client.send(frames);
      }
    }
    for (const [group, wires] of together) {
      this.counts.sent += wires.length;
      group.broadcast(frame, wires);
    }
  }
}
