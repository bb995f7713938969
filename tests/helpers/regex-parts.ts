/** Reads a regular expression into its parts, as far as that is needed to write texts that almost match it. */

export type Part =
  /** One character out of these; `takes`: whether of others as well. */
  | { kind: 'chars'; some: string[]; takes?: RegExp }
  | { kind: 'options'; options: Part[][] }
  | { kind: 'repeat'; of: Part; min: number; max: number }
  /** Anchors, and what is merely looked at. */
  | { kind: 'nothing' };

const CLASSES: Record<string, string[]> = {
  d: ['1'],
  D: ['a', ' '],
  w: ['a', '1', '_'],
  W: [' ', '-'],
  s: [' ', '\n', '\t'],
  S: ['a', '-'],
};
const CONTROLS: Record<string, string> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v', 0: '\0' };
/** One of these is in almost everything that is defined by what is not in it. */
const ANYTHING = ['a', '1', ' ', '-', '"', '<', '\u00e9', '!'];

export function partsOf(source: string): Part {
  let at = 0;

  function options(): Part {
    const found: Part[][] = [[]];
    while (at < source.length && source[at] !== ')') {
      if (source[at] === '|') {
        at += 1;
        found.push([]);
      } else found.at(-1)?.push(repeated(one()));
    }
    return { kind: 'options', options: found };
  }

  function repeated(of: Part): Part {
    const match = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(source.slice(at));
    if (!match) return of;
    at += match[0].length;
    const [text, low = '', comma = '', high = ''] = match;
    const most = Number.POSITIVE_INFINITY;
    if (text.startsWith('*')) return { kind: 'repeat', of, min: 0, max: most };
    if (text.startsWith('+')) return { kind: 'repeat', of, min: 1, max: most };
    if (text.startsWith('?')) return { kind: 'repeat', of, min: 0, max: 1 };
    return {
      kind: 'repeat',
      of,
      min: Number(low),
      max: comma === '' ? Number(low) : high === '' ? most : Number(high),
    };
  }

  function one(): Part {
    const sign = source[at] ?? '';
    if (sign === '(') return group();
    if (sign === '[') return set();
    if (sign === '\\') return escaped();
    at += 1;
    if (sign === '^' || sign === '$') return { kind: 'nothing' };
    return sign === '.' ? { kind: 'chars', some: ANYTHING, takes: /./u } : { kind: 'chars', some: [sign] };
  }

  function group(): Part {
    const head = /^\((?:\?(?:<?[=!]|:|<\w+>))?/.exec(source.slice(at))?.[0] ?? '(';
    at += head.length;
    const inner = options();
    at += 1;
    return /[=!]$/.test(head) ? { kind: 'nothing' } : inner;
  }

  function escaped(): Part {
    const match = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|[pP]\{[^}]*\}|k<\w+>|[\s\S])/.exec(
      source.slice(at),
    );
    const [text = '\\', ...codes] = match ?? [];
    at += text.length;
    const code = codes.find((each) => each !== undefined);
    if (code !== undefined) return { kind: 'chars', some: [String.fromCodePoint(Number.parseInt(code, 16))] };
    const name = text[1] ?? '';
    if (name === 'b' || name === 'B' || name === 'k' || /[1-9]/.test(name)) return { kind: 'nothing' };
    if (name === 'p' || name === 'P') return { kind: 'chars', some: ['a', '\u0300', '1', ' '] };
    const some = CLASSES[name];
    return some ? { kind: 'chars', some, takes: new RegExp(text) } : { kind: 'chars', some: [CONTROLS[name] ?? name] };
  }

  function set(): Part {
    const from = at;
    const isNegated = source[at + 1] === '^';
    at += isNegated ? 2 : 1;
    const some: string[] = [];
    while (at < source.length && source[at] !== ']') {
      const part = source[at] === '\\' ? escaped() : { kind: 'chars' as const, some: [source[at++] ?? ''] };
      if (part.kind === 'chars') some.push(...part.some);
      // Of a range its ends will do.
      if (source[at] === '-' && source[at + 1] !== ']') at += 1;
    }
    at += 1;
    // The engine knows best what is in it.
    const takes = new RegExp(`^${source.slice(from, at)}$`, 'u');
    const few = some.length > 4 ? [...some.slice(0, 3), some.at(-1) ?? ''] : some;
    return { kind: 'chars', some: isNegated ? ANYTHING.filter((sign) => takes.test(sign)).slice(0, 4) : few, takes };
  }

  return options();
}

/** A text that this part matches. */
export function exampleOf(part: Part): string {
  switch (part.kind) {
    case 'nothing':
      return '';
    case 'chars':
      return part.some[0] ?? '';
    case 'options':
      return (part.options[0] ?? []).map(exampleOf).join('');
    case 'repeat':
      return exampleOf(part.of).repeat(Math.min(part.min, 40));
  }
}

/** Every character that an expression names. */
export function namedIn(part: Part): string[] {
  switch (part.kind) {
    case 'nothing':
      return [];
    case 'chars':
      return part.some.slice(0, 2);
    case 'repeat':
      return namedIn(part.of);
    case 'options':
      return [...new Set(part.options.flat().flatMap(namedIn))];
  }
}
