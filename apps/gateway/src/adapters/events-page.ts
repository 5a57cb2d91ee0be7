import type { EventDocument, EventMessage } from '@ballast/contracts/asyncapi';
import type { JsonSchema } from '@ballast/contracts/event-schema';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
/** Escaped, and what stands between backticks as code. */
const prose = (text: string): string => escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
code,pre{font:.85rem/1.45 ui-monospace,monospace}pre{background:#f6f8fa;padding:.8rem;overflow:auto}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #d8dee4}
summary{cursor:pointer;padding:.3rem 0}section{border-top:2px solid #1b1f24;margin-top:2rem}`;

/** The page at `/docs/events`: every topic with its events, their fields and a recorded message of each. */
export function eventsPage({ info, channels, components }: EventDocument): string {
  const topics = Object.entries(channels).map(([name, { description, messages }]) => {
    const events = Object.keys(messages).flatMap((type) => components.messages[type] ?? []);
    return `<section id="${escaped(name)}"><h2>${escaped(name)}</h2><p>${prose(description)}</p>${events.map(eventOf).join('')}</section>`;
  });
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(info.title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(info.title)}</h1><p>${prose(info.description)}</p>
<p>The same as <a href="/docs/asyncapi.json">AsyncAPI 3.0</a>. The REST API is at <a href="/docs">/docs</a>.</p>
<nav>${Object.keys(channels)
    .map((name) => `<a href="#${escaped(name)}">${escaped(name)}</a>`)
    .join(' · ')}</nav>
${topics.join('\n')}
</body></html>
`;
}

function eventOf({ name, summary, payload, examples }: EventMessage): string {
  const samples = examples.map(
    ({ headers, payload: data }) =>
      `<pre>${escaped(JSON.stringify({ applicationProperties: headers, body: data }, null, 2))}</pre>`,
  );
  return `<details id="${escaped(name)}"><summary><code>${escaped(name)}</code> ${prose(summary)}</summary>
<table><thead><tr><th>field</th><th>type</th><th></th></tr></thead><tbody>${rowsOf(payload, '').join('')}</tbody></table>
${samples.join('')}</details>`;
}

/** A row per field; those of nested objects follow theirs. */
function rowsOf({ properties = {}, required = [] }: JsonSchema, under: string): string[] {
  return Object.entries(properties as Record<string, JsonSchema>).flatMap(([name, schema]) => {
    const path = `${under}${name}`;
    const isRequired = (required as string[]).includes(name);
    const row = `<tr><td><code>${escaped(path)}</code></td><td>${kindOf(schema)}${isRequired ? '' : ', optional'}</td><td>${prose(String(schema['description'] ?? ''))}</td></tr>`;
    const items = schema['items'] as JsonSchema | undefined;
    return [row, ...(items === undefined ? rowsOf(schema, `${path}.`) : rowsOf(items, `${path}[].`))];
  });
}

/** What a value is, in a few words. */
function kindOf(schema: JsonSchema): string {
  const words = (schema['enum'] ?? schema['x-known-values']) as string[] | undefined;
  if (words !== undefined) return words.map((word) => `<code>${escaped(word)}</code>`).join(' ');
  return escaped(String(schema['format'] ?? schema['type']));
}
