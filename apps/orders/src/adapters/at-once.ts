/** Items that are worked on at the same time, at most. */
const AT_ONCE_MAX = 8;

/**
 * Works on all items, those of one lane in their order and those of several lanes at once. A lane ends with its first failure,
 * which is thrown when all lanes have ended.
 */
export async function atOnce<Item>(
  items: Iterable<Item>,
  laneOf: (item: Item) => string,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const lanes = [...byLane(items, laneOf).values()];
  let failure: { readonly error: unknown } | undefined;
  const next = async (): Promise<void> => {
    for (let lane = lanes.shift(); lane !== undefined && failure === undefined; lane = lanes.shift()) {
      try {
        for (const item of lane) await work(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, next));
  if (failure !== undefined) throw failure.error;
}

function byLane<Item>(items: Iterable<Item>, laneOf: (item: Item) => string): Map<string, Item[]> {
  const lanes = new Map<string, Item[]>();
  for (const item of items) {
    const lane = lanes.get(laneOf(item));
    if (lane === undefined) lanes.set(laneOf(item), [item]);
    else lane.push(item);
  }
  return lanes;
}
