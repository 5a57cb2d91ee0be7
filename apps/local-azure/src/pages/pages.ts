import type { HttpReply, HttpRequest } from '../http/http-server.js';
import { isSameSecret } from '../http/same-secret.js';
import { document, html, type Content, type Html } from './html.js';

/** The pages for people: the Service Bus and the data of Cosmos DB. */
export type PageName = 'status' | 'data';

const PAGES: Readonly<Record<PageName, { readonly path: string; readonly title: string }>> = {
  status: { path: '/$status', title: 'Service Bus' },
  data: { path: '/$data', title: 'Cosmos DB' },
};
const COOKIE = 'local-azure-key';
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };

/** What a page shows, for people and as JSON. */
export interface View {
  readonly status: number;
  readonly title: string;
  readonly content: Content;
  readonly data: unknown;
}

/**
 * The pages and the key that opens them: in the address (`?key=`), as a bearer token, or typed into the form that stands in the
 * way otherwise. A browser keeps it in a cookie, which opens both.
 */
export class Pages {
  private readonly ports = new Map<PageName, number>();

  constructor(
    private readonly key: string,
    private readonly protocol: 'http' | 'https' = 'http',
  ) {}

  /** Notes where a page is, so that the other one can link to it. */
  served(name: PageName, port: number): void {
    this.ports.set(name, port);
  }

  /** The address that opens a page. */
  address(name: PageName, host: string): string {
    return `${this.protocol}://${host}:${this.ports.get(name)}${PAGES[name].path}?key=${encodeURIComponent(this.key)}`;
  }

  /** Answers a request for a page or its JSON; undefined for every other path. Without the key 401. */
  async answer(
    name: PageName,
    request: HttpRequest,
    show: (query: URLSearchParams) => View | Promise<View>,
  ): Promise<HttpReply | undefined> {
    const [path, search = ''] = request.target.split('?', 2);
    const { path: pagePath } = PAGES[name];
    const isJson = path === `${pagePath}.json`;
    if (path !== pagePath && !isJson) return undefined;
    if (request.method === 'POST' && !isJson) return this.signIn(pagePath, request);
    if (request.method !== 'GET') return { status: 405, headers: { allow: 'GET' } };
    const query = new URLSearchParams(search);
    const given = query.get('key');
    if (![given, bearerOf(request), cookieOf(request)].some((key) => key !== null && isSameSecret(key, this.key)))
      return isJson ? UNAUTHORIZED : signInForm(pagePath);
    const { status, title, content, data } = await show(query);
    if (isJson) return { status, headers: JSON_HEADERS, body: JSON.stringify(data, plainly) };
    const { headers, body } = document(title, [this.links(name, request, query), content]);
    return { status, headers: given === null ? headers : { ...headers, ...this.cookie() }, body };
  }

  private signIn(path: string, { body }: HttpRequest): HttpReply {
    const key = new URLSearchParams(body.toString('utf8')).get('key') ?? '';
    if (!isSameSecret(key.trim(), this.key)) return signInForm(path, 'This is not the key.');
    return { status: 303, headers: { location: path, ...this.cookie() } };
  }

  private cookie(): Record<string, string> {
    return { 'set-cookie': `${COOKIE}=${encodeURIComponent(this.key)}; Path=/; HttpOnly; SameSite=Strict` };
  }

  private links(current: PageName, { headers }: HttpRequest, query: URLSearchParams): Html {
    const host = (headers.host ?? '').replace(/:\d+$/, '');
    const names = (Object.keys(PAGES) as PageName[]).filter((name) => name === current || this.ports.has(name));
    const addressOf = (name: PageName): string =>
      name === current ? PAGES[name].path : `${this.protocol}://${host}:${this.ports.get(name)}${PAGES[name].path}`;
    const rest = new URLSearchParams([...query].filter(([name]) => name !== 'key')).toString();
    const asJson = `${PAGES[current].path}.json${rest === '' ? '' : `?${rest}`}`;
    return html`<nav>
      ${names.map((name) => html`<a href="${addressOf(name)}">${PAGES[name].title}</a>`)}<a href="${asJson}">JSON</a>
    </nav>`;
  }
}

const UNAUTHORIZED: HttpReply = {
  status: 401,
  headers: { ...JSON_HEADERS, 'www-authenticate': 'Bearer' },
  body: JSON.stringify({ error: 'The key of the pages is missing or wrong.' }),
};

function signInForm(path: string, refusal?: string): HttpReply {
  const problem = refusal === undefined ? undefined : html`<p class="error">${refusal}</p>`;
  const form = html`${problem}
    <p>The key is <code>statusKey</code> in <code>keys.json</code> of the data folder.</p>
    <form method="post" action="${path}"><input type="password" name="key" autofocus /> <button>Show</button></form>`;
  return { status: 401, ...document('local-azure', form) };
}

const bearerOf = ({ headers }: HttpRequest): string | null =>
  /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? null;

function cookieOf({ headers }: HttpRequest): string | null {
  const [, value] = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(headers.cookie ?? '') ?? [];
  try {
    return value === undefined ? null : decodeURIComponent(value);
  } catch {
    return null;
  }
}

/** JSON has no large integers. */
function plainly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
