import type { Sqlite } from '../storage/sqlite.js';
import { PART } from './copy-rows.js';
import { entityPath, type EntityDescription } from './entity-description.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entity_descriptions (
  kind TEXT NOT NULL, path TEXT NOT NULL, description TEXT NOT NULL, PRIMARY KEY (kind, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entity_uses (entity INTEGER PRIMARY KEY, used_at INTEGER NOT NULL);
`;

/** When an entity, by its id in the message tables, was last used. */
export interface EntityUse {
  readonly id: number;
  readonly usedAtMs: number;
}

/** How many messages a queue or subscription holds. */
export interface MessageCounts {
  readonly active: number;
  readonly dead: number;
  /** Those that could not be forwarded. */
  readonly transferDead: number;
}

/** The table of entity descriptions, and what the administration asks of the message tables. */
export class EntityDescriptionStore {
  constructor(private readonly db: Sqlite) {
    db.exec(SCHEMA);
  }

  /** Every description, in the order of the paths. */
  all(): EntityDescription[] {
    return this.db
      .prepare<{ description: string }>('SELECT description FROM entity_descriptions ORDER BY path')
      .all()
      .map(({ description }) => JSON.parse(description) as EntityDescription);
  }

  /** Writes a description in place of an earlier one. */
  save(description: EntityDescription): void {
    const { kind, topic, subscription } = description;
    this.db
      .prepare('INSERT OR REPLACE INTO entity_descriptions VALUES (?, ?, ?)')
      .run(kind, entityPath(topic, subscription), JSON.stringify(description));
  }

  /** Removes a description. */
  remove({ kind, topic, subscription }: EntityDescription): void {
    this.db
      .prepare('DELETE FROM entity_descriptions WHERE kind = ? AND path = ?')
      .run(kind, entityPath(topic, subscription));
  }

  /** Removes the message ids that a topic or queue remembers, and the messages it was to take in later. */
  forgetMessages(topicId: number): void {
    this.db.prepare('DELETE FROM scheduled_messages WHERE topic = ?').run(topicId);
    this.db.prepare('DELETE FROM recent_message_ids WHERE topic = ?').run(topicId);
  }

  /** When entities were last used, as far as it was written. */
  uses(): EntityUse[] {
    return this.db.prepare<EntityUse>('SELECT entity AS id, used_at AS usedAtMs FROM entity_uses').all();
  }

  /** Writes when these entities were last used, and forgets the others. */
  saveUses(uses: readonly EntityUse[]): void {
    this.db.prepare('DELETE FROM entity_uses').run();
    const insert = this.db.prepare('INSERT INTO entity_uses VALUES (?, ?)');
    for (const { id, usedAtMs } of uses) insert.run(id, usedAtMs);
  }

  /** How many messages a topic or queue is to take in later. */
  scheduledCount(topicId: number): number {
    const counted = this.db.prepare<{ count: number }>(
      'SELECT count(*) AS count FROM scheduled_messages WHERE topic = ?',
    );
    return counted.get(topicId)!.count;
  }

  /** What a subscription holds. */
  counts(subscriptionId: number): MessageCounts {
    const rows = this.db
      .prepare<{ dead: number; count: number }>(
        'SELECT dead, count(*) AS count FROM copies WHERE subscription = ? GROUP BY dead',
      )
      .all(subscriptionId);
    const count = (dead: number): number => rows.find((row) => row.dead === dead)?.count ?? 0;
    return {
      active: count(PART.active),
      dead: count(PART.deadLetters),
      transferDead: count(PART.transferDeadLetters),
    };
  }
}
