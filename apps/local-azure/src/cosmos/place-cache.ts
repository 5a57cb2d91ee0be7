import { effectivePartitionKey, type PartitionKeyKind } from './effective-partition-key.js';
import { canonicalKey, type PartitionKeyValue } from './partition-key.js';

/** Keys remembered at most; then all are forgotten. */
const KEYS_MAX = 10_000;

/** The places of partition keys in the hashed key space, remembered because hashing costs more than most requests. */
export class PlaceCache {
  private readonly places = new Map<string, string>();

  constructor(private readonly kind: PartitionKeyKind) {}

  /** The place of a full key, as upper-case hex; `pk` is its canonical text. */
  placeOf(key: readonly PartitionKeyValue[], pk = canonicalKey(key)): string {
    const known = this.places.get(pk);
    if (known !== undefined) return known;
    if (this.places.size >= KEYS_MAX) this.places.clear();
    const place = effectivePartitionKey(key, this.kind);
    this.places.set(pk, place);
    return place;
  }
}
