import { escapeXml } from './escape-xml.js';

/** Text that is HTML already; any other text is escaped where it is put in. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a page. */
export type Content = Html | string | number | undefined | readonly Content[];

/** A piece of a page; whatever is put in is escaped unless it is a piece itself. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return new Html(strings.map((text, index) => text + textOf(values[index])).join(''));
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === undefined) return '';
  if (typeof content === 'object') return content.map(textOf).join('');
  return escapeXml(String(content));
}

/** A table with a row of heads. */
export const table = (heads: readonly string[], rows: readonly (readonly Content[])[]): Html =>
  html`<table>
    <tr>
      ${heads.map((head) => html`<th>${head}</th>`)}
    </tr>
    ${rows.map(
      (cells) =>
        html`<tr>
          ${cells.map((cell) => html`<td>${cell}</td>`)}
        </tr>`,
    )}
  </table>`;

const STYLE = `body{font:14px system-ui;margin:2em}table{border-collapse:collapse;margin:1em 0}
td,th{padding:.3em .8em;border-bottom:1px solid #ccc;text-align:left;vertical-align:top}nav{margin-bottom:1.5em}nav *{margin-right:1em}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}textarea{width:100%;font:13px monospace}.error{color:#b00}`;

/** A whole page; nothing in it is run, and nothing is loaded. */
export function document(title: string, content: Content): { headers: Record<string, string>; body: string } {
  const { text } = html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" /><title>${title}</title
      ><style>
        ${new Html(STYLE)}
      </style>
      <h1>${title}</h1>
      ${content}
    </html>`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
  return { headers, body: text };
}
