/** Prints rows of text under their titles, columns as wide as they need to be. */
export function printTable(title: string, rows: readonly Readonly<Record<string, string>>[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const widthOf = (column: string): number => Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length));
  const line = (cell: (column: string) => string): string =>
    `  ${columns.map((column) => cell(column).padEnd(widthOf(column))).join('  ')}`.trimEnd();
  console.log(`\n${title}`);
  console.log(line((column) => column));
  console.log(line((column) => '─'.repeat(widthOf(column))));
  for (const row of rows) console.log(line((column) => row[column] ?? ''));
}
