/** The regular expression of a LIKE pattern: `%` any text, `_` one character, `[…]` one of a set, `[^…]` one not of it. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern[index]!;
    const setEnd = char === '[' ? pattern.indexOf(']', index + 1) : -1;
    if (char === escape) source += quoted(pattern[++index] ?? '');
    else if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else if (setEnd > index + 1) {
      source += setOf(pattern.slice(index + 1, setEnd));
      index = setEnd;
    } else source += quoted(char);
  }
  return new RegExp(`^${source}$`, 's');
}

function setOf(inner: string): string {
  const isNegated = inner.startsWith('^') && inner.length > 1;
  return `[${isNegated ? '^' : ''}${(isNegated ? inner.slice(1) : inner).replace(/[\\^[]/g, '\\$&')}]`;
}

const quoted = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
