/** Prints rows of text under their titles, columns as wide as they need to be, in one piece. */
export function printTable(title: string, rows: readonly Readonly<Record<string, string>>[]): void {
  console.log(tableText(title, rows));
}

function tableText(title: string, rows: readonly Readonly<Record<string, string>>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const widthOf = (column: string): number => Math.max(column.length, ...rows.map((row) => (row[column] ?? '').length));
  const line = (cell: (column: string) => string): string =>
    `  ${columns.map((column) => cell(column).padEnd(widthOf(column))).join('  ')}`.trimEnd();
  const rule = line((column) => '─'.repeat(widthOf(column)));
  const body = rows.map((row) => line((column) => row[column] ?? ''));
  return ['', title, line((column) => column), rule, ...body].join('\n');
}
