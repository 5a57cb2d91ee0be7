import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One table of the report, and the bars that show what of it matters. */
export interface Section {
  readonly title: string;
  readonly note?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly chart?: { readonly unit: string; readonly bars: readonly Bar[] };
}

/** One bar of a chart; what is not a number has none. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

const BAR_PX = 22;
const LABEL_PX = 260;
const CHART_PX = 860;
const VALUE_PX = 110;
const STYLE =
  'body{font:15px system-ui;margin:2rem auto;max-width:60rem;color:#222}table{border-collapse:collapse;margin:1rem 0}' +
  'td,th{border:1px solid #ccc;padding:.3rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left}';

/** Writes the report as `load.md` and as a page of its own, `load.html`, into the folder; gives the Markdown. */
export async function writeReport(folder: string, title: string, sections: readonly Section[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const markdown = markdownOf(title, sections);
  await writeFile(join(folder, 'load.md'), markdown);
  await writeFile(join(folder, 'load.html'), pageOf(title, sections));
  return markdown;
}

function markdownOf(title: string, sections: readonly Section[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const parts = sections.map(({ title: about, note, head, rows }) =>
    [
      `## ${about}`,
      ...(note === undefined ? [] : [note]),
      [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n'),
    ].join('\n\n'),
  );
  return `# ${title}\n\n${parts.join('\n\n')}\n`;
}

function pageOf(title: string, sections: readonly Section[]): string {
  const parts = sections.map(
    ({ title: about, note, head, rows, chart }) =>
      `<h2>${escaped(about)}</h2>${note === undefined ? '' : `<p>${escaped(note)}</p>`}` +
      `<table><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join('')}</tr>` +
      rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('') +
      `</table>${chart === undefined ? '' : chartOf(chart)}`,
  );
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style>` +
    `<h1>${escaped(title)}</h1>${parts.join('\n')}</html>\n`
  );
}

/** Bars beside each other's lengths, drawn without anything from elsewhere. */
function chartOf({ unit, bars }: { unit: string; bars: readonly Bar[] }): string {
  const shown = bars.filter(({ value }) => Number.isFinite(value));
  const most = Math.max(...shown.map(({ value }) => value), Number.MIN_VALUE);
  const drawn = shown.map(({ label, value }, index) => {
    const [y, width] = [index * BAR_PX, ((CHART_PX - LABEL_PX - VALUE_PX) * value) / most];
    return (
      `<text x="${LABEL_PX - 8}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>` +
      `<rect x="${LABEL_PX}" y="${y + 3}" width="${width.toFixed(1)}" height="${BAR_PX - 6}" fill="#3b6ea5"/>` +
      `<text x="${LABEL_PX + width + 6}" y="${y + 15}">${value.toPrecision(3)} ${escaped(unit)}</text>`
    );
  });
  const height = shown.length * BAR_PX;
  const box = `viewBox="0 0 ${CHART_PX} ${height}" width="${CHART_PX}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-size="13" role="img">${drawn.join('')}</svg>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
