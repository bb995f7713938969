/** Judges regular expressions by attack: texts that almost match, longer and longer, must not take more than their length is worth. */
import { exampleOf, namedIn, type Part, partsOf } from './regex-parts.ts';

/** Repetitions that end earlier cannot take long. */
const LEAST_MAX = 30;
/** What may stop a match at the very end. */
const ENDS = ['', '!', '\n'];
/** In signs. From step to step what is exponential takes some times longer, so that it shows before it hangs. */
const LENGTHS = [12, 16, 20, 22, 24, 26, 28, 30, 32, 36, 40, 50, 70, 100, 200, 400, 1_000, 4_000, 16_000];
/** Of processor time, at the full length: what is linear takes about one, what is quadratic some hundreds. */
const MOST_MS = 60;
const TRIES = 2;

export interface Attack {
  prefix: string;
  pump: string;
  end: string;
}

/** Whatever comes before a repetition, and what it may repeat. */
export function attacksOn(regex: RegExp): Attack[] {
  const found = new Map<string, { prefix: string; pump: string }>();
  const add = (prefix: string, pump: string): void => {
    if (pump !== '') found.set(JSON.stringify([prefix, pump]), { prefix, pump });
  };

  function walk(part: Part, prefix: string): void {
    if (part.kind === 'options') {
      for (const option of part.options) {
        let before = prefix;
        for (const one of option) {
          walk(one, before);
          before += exampleOf(one);
        }
      }
    }
    if (part.kind !== 'repeat') return;
    walk(part.of, prefix);
    if (part.max < LEAST_MAX) return;
    for (const pump of pumpsOf(part.of)) add(prefix, pump);
    // What comes later in the expression, and fits here as well, is what there is to choose between.
    const { of } = part;
    if (of.kind === 'chars' && of.takes) for (const sign of named) if (of.takes.test(sign)) add(prefix, sign);
  }

  const whole = partsOf(regex.source);
  const named = namedIn(whole);
  walk(whole, '');
  const pumps = [...found.values()];
  // What is looked for anywhere begins to match at every sign.
  for (const { pump } of [...pumps]) add('', pump);
  return [...found.values()].flatMap((one) => ENDS.map((end) => ({ ...one, end })));
}

/** A few texts that this part matches, one for each of its options. */
function pumpsOf(part: Part): string[] {
  switch (part.kind) {
    case 'nothing':
      return [];
    case 'chars':
      return part.some;
    case 'repeat':
      return pumpsOf(part.of).map((one) => one.repeat(Math.max(1, Math.min(part.min, 10))));
    case 'options':
      return part.options.flatMap((option) => {
        const whole = option.map(exampleOf).join('');
        const parts = option.length === 1 ? option.flatMap(pumpsOf) : [];
        return [whole, ...parts];
      });
  }
}

/** How this expression is attacked with success, in words; `null`: in no way that we know. `most`: no text is longer. */
export function weaknessOf(regex: RegExp, most = Number.POSITIVE_INFINITY): string | null {
  for (const attack of attacksOn(regex)) {
    for (const length of LENGTHS.filter((each) => each <= most)) {
      const text = attack.prefix + attack.pump.repeat(Math.ceil(length / attack.pump.length)) + attack.end;
      let ms = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < TRIES && ms > MOST_MS; tries += 1) ms = Math.min(ms, millisecondsOf(regex, text));
      if (ms <= MOST_MS) continue;
      const { prefix, pump, end } = attack;
      return `${JSON.stringify(prefix)} + ${JSON.stringify(pump)} × ${length} + ${JSON.stringify(end)} takes ${Math.round(ms)} ms`;
    }
  }
  return null;
}

/** Of the processor, so that others on this machine do not count. */
function millisecondsOf(regex: RegExp, text: string): number {
  regex.lastIndex = 0;
  const before = process.cpuUsage();
  regex.test(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
