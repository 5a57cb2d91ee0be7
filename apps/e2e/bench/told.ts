/** What the bench was told on its command line as `name=value`; undefined where it was not. */
export function told(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}
