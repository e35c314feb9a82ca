/**
 * Reads XML 1.0 for tests: elements, attributes, text, the five predefined entities. Stricter than XML: no other references,
 * no comments, no CDATA; a character that XML forbids, a duplicate attribute or a tag that does not match is an error.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const TAG = /<(?:\/([a-z-]+)|([a-z-]+)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/?))>/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&([^;&]*;?)/g, (whole, entity: string) => {
    const character = ENTITIES[entity.slice(0, -1)];
    if (character === undefined || !entity.endsWith(';')) throw new Error(`no reference: ${whole}`);
    return character;
  });
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([A-Za-z][\w-]*)="([^"]*)"/g)].map(
    ([, name, value]) => [name!, decoded(value!)] as const,
  );
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw new Error(`an attribute twice: ${text}`);
  return Object.fromEntries(pairs);
}

export function readXml(text: string): XmlElement {
  if (!CHARACTERS.test(text)) throw new Error('a character that XML forbids');
  const prologue = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(prologue)) throw new Error('no XML declaration');
  const root = { name: '', attributes: {}, children: [] as XmlElement[], text: '' };
  const open = [root];
  let at = prologue.length;
  while (at < text.length) {
    const top = open.at(-1)!;
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    const between = text.slice(at, end);
    if (between.includes('>')) throw new Error(`a bare > in ${between}`);
    top.text += decoded(between);
    at = end;
    if (next < 0) break;
    TAG.lastIndex = at;
    const match = TAG.exec(text);
    if (match === null) throw new Error(`no tag: ${text.slice(at, at + 40)}`);
    at = TAG.lastIndex;
    const [, closing, opening, attributes, empty] = match;
    if (closing !== undefined) {
      if (open.pop()!.name !== closing) throw new Error(`</${closing}> closes another element`);
      continue;
    }
    const element = { name: opening!, attributes: attributesOf(attributes!), children: [], text: '' };
    top.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '')
    throw new Error('not one root element');
  return root.children[0]!;
}
