/** A document as whoever reads it gets it. */
export type Document = Readonly<Record<string, unknown>>;

/** As it comes out of the store again: what JSON has no word for is gone, and nobody can change it. */
export function copyOf(body: unknown): Document {
  return frozen(JSON.parse(JSON.stringify(body)) as Document);
}

function frozen<T extends object>(value: T): T {
  for (const field of Object.values(value)) if (typeof field === 'object' && field !== null) frozen(field as object);
  return Object.freeze(value);
}
