/** Modifiers of REGEXMATCH: multiple lines, any character, ignore case, ignore white space. */
const MODIFIERS = /^[msix]*$/;
/** Queries use few expressions; their compiled forms are kept up to this number. */
const CACHED_EXPRESSIONS_MAX = 100;
const cache = new Map<string, RegExp | undefined>();

/** The expression of a pattern and its modifiers (`m`, `s`, `i`, `x`); undefined when either is wrong. */
export function regularExpression(pattern: string, modifiers: string): RegExp | undefined {
  const key = `${modifiers}/${pattern}`;
  if (cache.has(key)) return cache.get(key);
  const made = compiled(pattern, modifiers);
  if (cache.size >= CACHED_EXPRESSIONS_MAX) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}

function compiled(pattern: string, modifiers: string): RegExp | undefined {
  if (!MODIFIERS.test(modifiers)) return undefined;
  const source = modifiers.includes('x') ? pattern.replace(/\s+/g, '') : pattern;
  try {
    return new RegExp(source, [...new Set(modifiers.replaceAll('x', ''))].join(''));
  } catch {
    return undefined;
  }
}
