/** An XML element; names are without their namespace prefix. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text directly inside it. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

const NAME = '[^\\s/>=]+';
const TOKEN = new RegExp(
  `<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|<[?!][\\s\\S]*?>|</(${NAME})\\s*>|<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"]*"|'[^']*'))*)\\s*(/?)>|([^<]+)`,
  'y',
);
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g');
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Reads a document without a DTD; undefined when it is not well-formed. */
export function parseXml(text: string): XmlElement | undefined {
  const open: OpenElement[] = [element('', '')];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const [token, cdata, closing, opening, attributes, empty, content] = TOKEN.exec(text) ?? [];
    if (token === undefined) return undefined;
    at += token.length;
    const parent = open.at(-1)!;
    if (opening !== undefined) {
      const child = element(opening, attributes ?? '');
      parent.children.push(child);
      if (empty !== '/') open.push(child);
    } else if (closing !== undefined) {
      if (open.length === 1 || open.pop()!.name !== localName(closing)) return undefined;
    } else parent.text += cdata ?? unescaped(content ?? '');
  }
  return open.length === 1 ? open[0]!.children[0] : undefined;
}

/** The first child of that name. */
export function childOf(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((child) => child.name === name);
}

function element(name: string, attributes: string): OpenElement {
  const found = [...attributes.matchAll(ATTRIBUTE)].map(([, key, double, single]): [string, string] => [
    localName(key!),
    unescaped(double ?? single ?? ''),
  ]);
  return { name: localName(name), attributes: new Map(found), children: [], text: '' };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function unescaped(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
