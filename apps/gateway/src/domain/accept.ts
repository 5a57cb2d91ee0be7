/**
 * Whether an `Accept` header (RFC 9110 §12.5.1) takes one of the media types; absent, it takes all. Ranges of quality 0
 * take nothing.
 */
export function accepts(header: string | undefined, types: readonly string[]): boolean {
  if (header === undefined || header.trim() === '' || header === '*/*') return true;
  const ranges = header.split(',').map((range) =>
    range
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return ranges.some(([range = '', ...parameters]) => {
    if (parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter))) return false;
    return types.some((type) => range === '*/*' || range === type || range === `${type.split('/', 1)[0]}/*`);
  });
}
