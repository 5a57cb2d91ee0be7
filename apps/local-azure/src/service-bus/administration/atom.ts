import type { HttpReply } from '../../http/http-server.js';
import { escapeXml } from '../../pages/escape-xml.js';

/** What an Atom entry is about. */
export interface AtomEntry {
  /** The path that names it, as the SDK reads it: `topic/Subscriptions/sub/Rules/rule`. */
  readonly path: string;
  /** The element inside its content, such as `TopicDescription`, and what is in that. */
  readonly element: string;
  readonly content: string;
  readonly updatedAtMs: number;
}

const ATOM = 'http://www.w3.org/2005/Atom';
const SERVICE_BUS = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

/** One entry as an answer. */
export function entryReply(status: number, entry: AtomEntry, host: string): HttpReply {
  const type = 'application/atom+xml;type=entry;charset=utf-8';
  const headers = { 'content-type': type, etag: `"${entry.updatedAtMs}"` };
  return { status, headers, body: entryXml(entry, host) };
}

/** A page of entries; `next` is the path and query of the page behind it. */
export function feedReply(title: string, entries: readonly AtomEntry[], host: string, next?: string): HttpReply {
  const self = `<link rel="self" href="${escapeXml(`https://${host}/${title}`)}"/>`;
  const more = next === undefined ? '' : `<link rel="next" href="${escapeXml(`https://${host}/${next}`)}"/>`;
  const head = `<title type="text">${escapeXml(title)}</title><id>${escapeXml(`https://${host}/${title}`)}</id>`;
  const body = entries.map((entry) => entryXml(entry, host)).join('');
  const type = 'application/atom+xml;type=feed;charset=utf-8';
  return {
    status: 200,
    headers: { 'content-type': type },
    body: `<feed xmlns="${ATOM}">${head}<updated>${new Date().toISOString()}</updated>${self}${more}${body}</feed>`,
  };
}

/** A refusal. */
export function errorReply(status: number, detail: string): HttpReply {
  const body = `<Error><Code>${status}</Code><Detail>${escapeXml(detail)}</Detail></Error>`;
  return { status, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
}

function entryXml({ path, element, content, updatedAtMs }: AtomEntry, host: string): string {
  const url = escapeXml(`https://${host}/${path}?api-version=2021-05`);
  const name = escapeXml(path.slice(path.lastIndexOf('/') + 1));
  const updated = new Date(updatedAtMs).toISOString();
  const inner = `<${element} xmlns="${SERVICE_BUS}" xmlns:i="${INSTANCE}">${content}</${element}>`;
  return (
    `<entry xmlns="${ATOM}"><id>${url}</id><title type="text">${name}</title><published>${updated}</published>` +
    `<updated>${updated}</updated><link rel="self" href="${url}"/><content type="application/xml">${inner}</content></entry>`
  );
}
