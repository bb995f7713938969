/**
 * Regular expressions of searches that others write: `|`, groups, classes, `.`, `^`, `$`, `* + ?` and the usual escapes,
 * whatever the case. They are walked through by all ways at once (Thompson), so no pattern takes more than its length
 * for each character of a text; braces stand for themselves, as placeholders have them.
 */
type Fits = (char: string) => boolean;

/** Targets count from the step itself. */
type Step = { kind: 'char'; fits: Fits } | { kind: 'fork'; to: readonly number[] } | { kind: 'start' | 'end' };

const LONGEST_PATTERN = 256;
const CLASSES: Record<string, RegExp> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };
const CONTROLS: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

/** Whether a text has the pattern somewhere in it, as it is written or as an expression; what is none is only sought. */
export function makeSearch(pattern: string): (text: string) => boolean {
  const part = pattern.toLowerCase();
  const steps = pattern.length > LONGEST_PATTERN ? null : new Reader(pattern).read();
  return (text) => {
    const lower = text.toLowerCase();
    return lower.includes(part) || (steps !== null && isFound(steps, lower));
  };
}

function isFound(steps: Step[], text: string): boolean {
  let places: number[] = [];
  for (let at = 0; at <= text.length; at += 1) {
    const seen = new Set<number>();
    const open = [...places, 0];
    places = [];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (seen.has(place)) continue;
      seen.add(place);
      const step = steps[place];
      if (step === undefined) return true;
      if (step.kind === 'fork') for (const to of step.to) open.push(place + to);
      else if (step.kind !== 'char') {
        if (at === (step.kind === 'start' ? 0 : text.length)) open.push(place + 1);
      } else if (at < text.length && step.fits(text[at] ?? '')) places.push(place + 1);
    }
  }
  return false;
}

/** Recursive descent; every method reads on from `#at`. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `null`: it is no expression. */
  read(): Step[] | null {
    const steps = this.#choice();
    return this.#at === this.#text.length ? steps : null;
  }

  #choice(): Step[] | null {
    const one = this.#sequence();
    if (one === null || !this.#takes('|')) return one;
    const other = this.#choice();
    return other && [fork(1, one.length + 2), ...one, fork(other.length + 1), ...other];
  }

  #sequence(): Step[] | null {
    const steps: Step[] = [];
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at] ?? '')) {
      const atom = this.#atom();
      if (atom === null) return null;
      steps.push(...this.#repeated(atom));
    }
    return steps;
  }

  #repeated(atom: Step[]): Step[] {
    const { length } = atom;
    const steps = this.#takes('*')
      ? [fork(1, length + 2), ...atom, fork(-length - 1)]
      : this.#takes('+')
        ? [...atom, fork(-length, 1)]
        : this.#takes('?')
          ? [fork(1, length + 1), ...atom]
          : null;
    // A lazy one finds the same texts.
    if (steps) this.#takes('?');
    return steps ?? atom;
  }

  #atom(): Step[] | null {
    const char = this.#text[this.#at++] ?? '';
    if (char === '(') {
      if (this.#takes('?') && !this.#takes(':')) return null;
      const inner = this.#choice();
      return this.#takes(')') ? inner : null;
    }
    if (char === '^' || char === '$') return [{ kind: char === '^' ? 'start' : 'end' }];
    const fits = char === '.' ? (one: string) => one !== '\n' : char === '[' ? this.#class() : this.#single(char);
    return fits && [{ kind: 'char', fits }];
  }

  #class(): Fits | null {
    const isNegated = this.#takes('^');
    const members: Fits[] = [];
    while (!this.#takes(']')) {
      const from = this.#text[this.#at++];
      if (from === undefined) return null;
      const to = this.#text[this.#at + 1];
      const isRange = from !== '\\' && this.#text[this.#at] === '-' && to !== undefined && to !== ']';
      if (isRange) this.#at += 2;
      const [low, high] = [from.toLowerCase(), (to ?? '').toLowerCase()];
      const member = isRange
        ? (one: string) => one >= low && one <= high
        : from === '\\'
          ? this.#single(from)
          : is(from);
      if (member === null) return null;
      members.push(member);
    }
    return (one) => members.some((fits) => fits(one)) !== isNegated;
  }

  /** A character that stands for itself, or what follows a backslash. */
  #single(char: string): Fits | null {
    if (char !== '\\') return '*+?'.includes(char) ? null : is(char);
    const escaped = this.#text[this.#at++];
    if (escaped === undefined) return null;
    const known = Object.hasOwn(CLASSES, escaped) ? CLASSES[escaped] : undefined;
    return known ? (one) => known.test(one) : is(CONTROLS[escaped] ?? escaped);
  }

  #takes(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }
}

function is(char: string): Fits {
  const lower = char.toLowerCase();
  return (one) => one === lower;
}

function fork(...to: number[]): Step {
  return { kind: 'fork', to };
}
