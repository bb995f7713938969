/**
 * XML of strangers, read into elements. Refused beyond what XML itself forbids: DOCTYPE, entities other than the five,
 * more than 20 levels or 1 000 elements. The caller bounds the length; as nothing expands, nothing grows beyond it.
 */
import { SaxesParser } from 'saxes';
import type { Place, TwimlFault } from './twiml-shapes.ts';

export interface Element extends Place {
  name: string;
  /** Without those that only serve XML: `xmlns…`, `xml:…`, `xsi:…`. */
  attributes: [name: string, value: string][];
  /** Elements and the text between them; comments and processing instructions leave no gap. */
  children: (Element | string)[];
}

export type ReadXml = { ok: true; root: Element } | TwimlFault;

const DEEPEST = 20;
const MOST_ELEMENTS = 1_000;
const DECLARED_VERSION = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]{0,40})"|'([^'<]{0,40})')/;
const OF_XML_ITSELF = /^(?:xmlns$|xmlns:|xml:|xsi:)/;
/** saxes inherits its table from `Object.prototype`: there `&constructor;` would be an entity. */
const ENTITIES: Record<string, string> = Object.assign(Object.create(null), {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
});

class Refused extends Error {}

/** Reads a whole document. Refusals carry 12101 for another version than 1.0, else 12100. Linear in the length. */
export function readXml(text: string): ReadXml {
  const declared = DECLARED_VERSION.exec(text);
  const version = declared?.[1] ?? declared?.[2] ?? '1.0';
  if (version !== '1.0')
    return { ok: false, code: 12101, why: `XML version "${version}", not 1.0`, line: 1, column: 1 };

  const parser = new SaxesParser({ forceXMLVersion: true, defaultXMLVersion: '1.0' });
  parser.ENTITIES = ENTITIES;
  const open: Element[] = [];
  let root: Element | null = null;
  let elements = 0;

  const refuse = (why: string) => {
    throw new Refused(why);
  };
  const hear = (piece: string) => {
    const children = open.at(-1)?.children;
    if (!children || piece === '') return;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + piece;
    else children.push(piece);
  };
  parser.on('error', (error) => refuse(error.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')));
  parser.on('doctype', () => refuse('DOCTYPE is not taken'));
  parser.on('text', hear);
  parser.on('cdata', hear);
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (elements > MOST_ELEMENTS) refuse(`more than ${MOST_ELEMENTS} elements`);
    if (open.length >= DEEPEST) refuse(`more than ${DEEPEST} elements inside each other`);
    const kept = Object.entries(attributes).filter(([attribute]) => !OF_XML_ITSELF.test(attribute));
    const place = { line: parser.line, column: parser.columnIndex + 1 };
    const element: Element = { name, attributes: kept, children: [], ...place };
    if (root === null) root = element;
    else open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => open.pop());

  try {
    parser.write(text).close();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { ok: false, code: 12100, why: error.message, line: parser.line, column: parser.columnIndex + 1 };
  }
  // Without a root saxes has complained already.
  if (root === null) return { ok: false, code: 12100, why: 'no root element', line: 1, column: 1 };
  return { ok: true, root };
}
