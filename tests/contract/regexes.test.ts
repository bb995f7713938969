/** Every regular expression of the program takes time in proportion to the text (T17). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { readContains } from '../../src/domain/number-pools.ts';
import { attacksOn, weaknessOf } from '../helpers/regex-attacks.ts';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

interface Found {
  place: string;
  regex: RegExp;
  /** No text is longer. */
  most?: number;
}

/** No number has more digits and signs. */
const LONGEST_NUMBER = 16;

/** Expressions that are put together at run time, by file: what they look like, also at their worst, and for what. */
const MADE: Record<string, { regexes: RegExp[]; most?: number }> = {
  'domain/links.ts': { regexes: [/^[A-Za-z0-9]{10}$/] },
  'domain/number-pools.ts': {
    regexes: ['%%%%%%%%%%%%%%%%', '*%*%*%*%*%*%*%*%', '%1%1%1%1%1%1%1%1', '+%a%a%a%a%a%a%$'].flatMap(
      (text) => readContains(text) ?? [],
    ),
    most: LONGEST_NUMBER,
  },
  'domain/smart-encoding.ts': { regexes: [/[\u{2018}\u{2019}\u{200b}]/gu] },
  'http/lab-missing.ts': { regexes: [/^\/[^/]+\/messages\/[^/]+\/transition\/?$/] },
  'http/media.ts': { regexes: [/^\/2010-04-01\/Accounts\/([^/]+)\/Messages\/[^/]+\/Media\/([^/.]+)$/] },
  'http/numbers.ts': { regexes: [/\+1\d\d\d555\d\d\d\d/] },
  'http/properties.ts': { regexes: [/^PN[0-9a-fA-F]{32}$/] },
};

interface Node {
  type: string;
  start: number;
  regex?: { pattern: string; flags: string };
  callee?: { name?: string };
}

/** The expressions in a file, and the places where others are made. */
function expressionsIn(file: string): { found: Found[]; made: number } {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found: Found[] = [];
  let made = 0;
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (node.type === 'Literal' && node.regex) {
      const line = text.slice(0, node.start).split('\n').length;
      found.push({ place: `${file}:${line}`, regex: new RegExp(node.regex.pattern, node.regex.flags) });
    }
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && node.callee?.name === 'RegExp') made += 1;
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }));
  return { found, made };
}

/** Of the whole program but its tests. */
function expressions(): { found: Found[]; makers: string[] } {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name));
  const all = files.map((file) => ({ file, ...expressionsIn(file) }));
  const makers = all.filter(({ made }) => made > 0).map(({ file }) => file);
  return { found: all.flatMap(({ found }) => found), makers: makers.sort() };
}

it('the judge finds what is known to be slow, and nothing wrong with what is not', () => {
  const slow = [/^(a+)+$/, /^(\w|\d)+$/, /\s+$/, /^"(?:[^"\\]|\\.|\s)*"$/];
  expect([...slow, /^.*=.*;.*$/].filter((regex) => weaknessOf(regex) === null)).toEqual([]);
  const fine = [/^a+b+$/, /(?<!\s)\s+$/, /^\+[1-9]\d{1,14}$/, /^[^/]+\/[^/]+$/, /^"(?:[^"\\]|\\.)*"$/];
  expect(fine.map((regex) => weaknessOf(regex))).toEqual(fine.map(() => null));
});

it('no expression takes more time than the length of its text is worth', () => {
  const { found } = expressions();
  const made = Object.entries(MADE).flatMap(([place, { regexes, most }]) =>
    regexes.map((regex) => ({ place, regex, most })),
  );
  const weak = [...found, ...made].flatMap(({ place, regex, most }) => {
    const why = weaknessOf(regex, most);
    return why === null ? [] : [`${place} ${regex}: ${why}`];
  });
  const attacks = found.reduce((sum, { regex }) => sum + attacksOn(regex).length, 0);
  console.log(
    `regular expressions: ${found.length} in the source, ${made.length} made, ${attacks} attacks, ${weak.length} weak`,
  );
  // Otherwise nothing was read.
  expect([found.length > 100, attacks > 500]).toEqual([true, true]);
  expect(weak).toEqual([]);
}, 60_000);

it('expressions that are made at run time are named here, so that they are judged too', () => {
  expect(expressions().makers).toEqual(Object.keys(MADE).sort());
});
