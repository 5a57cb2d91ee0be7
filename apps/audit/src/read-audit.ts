import type { AuditPage, AuditRecordView, OrderStory, TimelineView } from '@ballast/contracts/audit';
import { Listing } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Injectable } from '@nestjs/common';
import { AuditChains } from './adapters/audit-chains.js';
import type { AuditRecord } from './domain/chain.js';
import { chainOf } from './domain/chain-of.js';
import { asItHappened, exitsIn } from './domain/story.js';

/** Steps of one order's timeline, at most, and of its exits' together; an order with more shows its first. */
const TIMELINE_STEPS_MAX = 2_000;
/** Exits in one timeline; an order with more fills shows those of its first. */
const TIMELINE_EXITS_MAX = 100;

/** A position, as a cursor has it. */
const POSITION_PATTERN = /^\d{1,15}$/;

/** What an auditor looks for: a chain, or the chain of the subject. */
export interface AuditSearch {
  readonly chainId: string;
  readonly subject?: string;
  readonly type?: string;
  readonly page: PageRequest;
}

/** Reads what was audited. */
@Injectable()
export class ReadAudit {
  constructor(private readonly chains: AuditChains) {}

  /** The order's story, or `undefined` when there is none or it is not the caller's to read. */
  async timeline(orderId: string, caller: Caller): Promise<TimelineView | undefined> {
    const records = await this.story(orderId, [orderId]);
    if (records.length === 0 || !mayRead(records, caller)) return undefined;
    return { ...storyOf(orderId, records), exits: await this.exits(orderId, exitsIn(records)) };
  }

  /** The stories of exits, and of those that were placed again in their place because the broker had rejected them. */
  private async exits(orderId: string, ids: readonly string[], room = TIMELINE_EXITS_MAX): Promise<OrderStory[]> {
    const exitIds = ids.slice(0, room);
    if (exitIds.length === 0) return [];
    const records = await this.story(orderId, exitIds);
    const exits = exitIds.map((exitId) => storyOf(exitId, records)).filter(({ steps }) => steps.length > 0);
    return [...exits, ...(await this.exits(orderId, exitsIn(records), room - exitIds.length))];
  }

  /** What was recorded about orders of one profile, as it happened. */
  private async story(orderId: string, subjects: readonly string[]): Promise<AuditRecord[]> {
    const limit = TIMELINE_STEPS_MAX;
    return asItHappened(await this.chains.records(chainOf(orderId), { after: 0, limit, subjects }));
  }

  /** One page, in the order of the chain. Throws the problem `invalid-cursor`. */
  async page({ chainId, subject, type, page }: AuditSearch): Promise<AuditPage> {
    const listing = new Listing('audit', chainId, subject, type);
    const records = await this.chains.records(chainId, {
      ...{ after: Number(listing.placeIn(page, POSITION_PATTERN) ?? 0), limit: page.limit + 1 },
      ...(subject !== undefined && { subjects: [subject] }),
      ...(type !== undefined && { type }),
    });
    const { items, ...next } = listing.pageOf(records, page.limit, ({ position }) => `${position}`);
    return { items: items.map(viewOf), ...next };
  }
}

function storyOf(orderId: string, story: readonly AuditRecord[]): OrderStory {
  return { orderId, steps: story.filter(({ subject }) => subject === orderId).map(viewOf) };
}

function mayRead(records: readonly AuditRecord[], { userId, role }: Caller): boolean {
  return role === 'operator' || role === 'admin' || records.every(({ ownerid }) => ownerid === userId);
}

function viewOf(record: AuditRecord): AuditRecordView {
  const { chainId, position, type, subject, recordedAt, hash, previousHash, causationid } = record;
  return {
    chainId,
    position,
    eventId: record.id,
    type,
    subject,
    occurredAt: record.time,
    recordedAt,
    correlationId: record.correlationid,
    ...(causationid !== undefined && { causationId: causationid }),
    hash,
    previousHash,
    data: record.data as object,
  };
}
