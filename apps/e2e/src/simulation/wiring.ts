/** A class that is made from others, as Nest's decorators noted it. */
type Wired<T> = abstract new (...parameters: never[]) => T;

/** Nest's names for the types of a constructor's parameters, and for those that are asked for by a token. */
const TYPES = 'design:paramtypes';
const TOKENS = 'self:paramtypes';

/** Makes each class of a service once from those that its constructor names, as its module would, and without Nest. */
export class Wiring {
  private readonly made: Map<unknown, unknown>;

  constructor(given: Iterable<readonly [token: unknown, value: unknown]>) {
    this.made = new Map(given);
  }

  /** The one of its kind. Throws where something that it needs is neither given nor a class. */
  get<T>(type: Wired<T>): T {
    return this.of(type) as T;
  }

  private of(token: unknown): unknown {
    if (this.made.has(token)) return this.made.get(token);
    if (typeof token !== 'function') throw new Error(`nobody has given ${String(token)}`);
    const one: unknown = Reflect.construct(token, this.parametersOf(token));
    this.made.set(token, one);
    return one;
  }

  private parametersOf(type: object): unknown[] {
    const types = (Reflect.getMetadata(TYPES, type) ?? []) as unknown[];
    const named = (Reflect.getMetadata(TOKENS, type) ?? []) as { readonly index: number; readonly param: unknown }[];
    const tokens = new Map(named.map(({ index, param }) => [index, param]));
    return types.map((parameter, index) => this.of(tokens.get(index) ?? parameter));
  }
}
