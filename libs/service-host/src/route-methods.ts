/** Which methods each path knows, to tell a wrong method from a wrong path. */
export class RouteMethods {
  private readonly routes: { pattern: RegExp; method: string }[] = [];

  /** Remembers a route; `path` with parameters as `:name`. */
  add(path: string, methods: string | readonly string[]): void {
    const source = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+');
    for (const method of [methods].flat()) this.routes.push({ pattern: new RegExp(`^${source}$`), method });
  }

  /** The methods of the path of this address, sorted; none for an unknown path. */
  at(url: string): string[] {
    const path = url.split('?', 1)[0] ?? '';
    return [...new Set(this.routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
  }
}
