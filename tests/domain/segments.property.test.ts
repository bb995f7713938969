/**
 * Random texts against `sms-segments-calculator`, which knows neither our tables nor our code.
 *
 * Where the two part ways, and why; nothing is skipped without its reason being checked:
 *
 * 1. Clusters. The oracle finds graphemes by the rules of Unicode 10 (`grapheme-splitter`), we by those of the running
 *    ICU. Newer rules join what the older ones left apart: a letter with a skin tone, pictographs joined by ZWJ
 *    in general, Indic conjuncts, and ICU lets half a surrogate pair carry a mark. A border inside such a cluster moves.
 *    So the oracle is held to the sheet's packing of its own clusters, and we to the same packing of ours.
 * 2. Overfull segments. The oracle never cuts a cluster larger than a part; and when its first segment gives up
 *    room for the header, it moves what was pushed out, then adds the next cluster without looking whether both fit.
 *    It then reports a segment of more than 140 octets, which no carrier takes: there its count means nothing. This
 *    needs a cluster of at least 34 units, half a part, and is accepted on such texts alone.
 */
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import gsm7 from '../../src/domain/data/gsm7.json' with { type: 'json' };
import { type Encoding, septetsOf } from '../../src/domain/encoding.ts';
import { segment } from '../../src/domain/segments.ts';

const RUNS = 100_000;

const BASIC = Object.keys(gsm7.basic).map((hex) => String.fromCharCode(Number.parseInt(hex, 16)));
const EXTENSION = Object.keys(gsm7.extension).map((hex) => String.fromCharCode(Number.parseInt(hex, 16)));
const FAMILY = '👨‍👩‍👧‍👦';

const basic = fc.constantFrom(...BASIC);
const extension = fc.constantFrom(...EXTENSION);
const crlf = fc.constantFrom('\r\n', '\r', '\n');
const stranger = fc.constantFrom(...'`\tçáú“’–…•\u00a0\u200bжя中한');
const joined = fc.constantFrom('😀', FAMILY, '👩🏽‍🚀', '❤️‍🔥', '🏳️‍🌈', '🇩🇪', '🇩', '1️⃣', '👍🏽', '🏽', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'क्ष', '각');
const loose = fc.constantFrom('\u0301', '\u0323', '\u200d', '\ufe0f', '\u20e3', '\u093f', '\u0600', '\u1100', '\u1161');
const half = fc.constantFrom('\ud83d', '\ude00', '\ud800', '\udfff');
const anything = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit));
const stack = fc.integer({ min: 20, max: 90 }).map((marks) => `e${'\u0301'.repeat(marks)}`);

const gsmPiece = fc.oneof(
  { arbitrary: basic, weight: 6 },
  { arbitrary: extension, weight: 3 },
  { arbitrary: crlf, weight: 1 },
);
const anyPiece = fc.oneof(
  { arbitrary: gsmPiece, weight: 20 },
  { arbitrary: stranger, weight: 10 },
  { arbitrary: joined, weight: 20 },
  { arbitrary: loose, weight: 10 },
  { arbitrary: half, weight: 5 },
  { arbitrary: anything, weight: 5 },
  { arbitrary: stack, weight: 1 },
);

/** A run that brings what follows near a border (70, 2 × 67, 160), where a count may change by one. */
function runUpTo(fillers: string[], lengths: number[]): fc.Arbitrary<string> {
  const length = fc.tuple(fc.constantFrom(...lengths), fc.integer({ min: 0, max: 10 }));
  return fc.tuple(fc.constantFrom(...fillers), length).map(([filler, [base, more]]) => {
    return filler.repeat(Math.round((base + more) / filler.length));
  });
}
const gsmText = fc
  .tuple(runUpTo(['a'], [0, 0, 145, 150]), fc.array(gsmPiece, { maxLength: 20 }), runUpTo(['b', '€'], [0, 0, 0, 70]))
  .map(([before, pieces, after]) => before + pieces.join('') + after);
const anyText = fc
  .tuple(
    runUpTo(['a', 'ç', '😀', '|'], [0, 0, 58, 58, 125]),
    fc.array(anyPiece, { maxLength: 16 }),
    runUpTo(['b', '😀'], [0, 0, 0, 50]),
  )
  .map(([before, pieces, after]) => before + pieces.join('') + after);
const text = fc.oneof(gsmText, anyText, anyText);

const icu = new Intl.Segmenter('en', { granularity: 'grapheme' });
function clustersOf(body: string): string[] {
  return [...icu.segment(body)].flatMap(({ segment }) => (segment === '\r\n' ? ['\r', '\n'] : [segment]));
}

/** The sheet's packing told the plain way: one cluster after the other, each into the last part that has room. */
function pack(clusters: string[], encoding: Encoding): string[] {
  const gsm = encoding === 'GSM-7';
  const cost = (cluster: string) => (gsm ? septetsOf(cluster.charCodeAt(0)) : cluster.length);
  const [single, part] = gsm ? [160, 153] : [70, 67];
  if (clusters.reduce((sum, cluster) => sum + cost(cluster), 0) <= single) return [clusters.join('')];
  const parts = [''];
  let room = part;
  for (const piece of clusters.flatMap((cluster) => (cost(cluster) > part ? cluster.split('') : [cluster]))) {
    if (cost(piece) > room) {
      parts.push('');
      room = part;
    }
    parts[parts.length - 1] += piece;
    room -= cost(piece);
  }
  return parts;
}

const isOverfull = (oracle: SegmentedMessage) => oracle.segments.some((part) => part.freeSizeInBits() < 0);

describe('segments of random texts', () => {
  it('are those of the calculator, or differ for a reason told above', { timeout: 300_000 }, () => {
    const tally = { texts: 0, gsm7: 0, several: 0, otherClusters: 0, otherCount: 0, overfull: 0 };
    // fast-check throws with the seed, the path and the shrunken text.
    fc.assert(
      fc.property(text, (body) => {
        const ours = segment(body);
        const oracle = new SegmentedMessage(body);
        const clusters = clustersOf(body);
        if (ours.encoding !== oracle.encodingName) throw new Error(`${ours.encoding}, not ${oracle.encodingName}`);
        same(ours.parts, pack(clusters, ours.encoding), 'our parts against the plain packing');

        tally.texts++;
        if (ours.encoding === 'GSM-7') tally.gsm7++;
        if (ours.parts.length > 1) tally.several++;
        if (ours.parts.length !== oracle.segmentsCount) tally.otherCount++;
        if (isOverfull(oracle)) {
          tally.overfull++;
          if (!oracle.graphemes.some((cluster) => cluster.length >= 34)) throw new Error('overfull without a reason');
          return;
        }
        const alike = clusters.every((cluster, i) => cluster === oracle.graphemes[i]);
        if (!alike) tally.otherClusters++;
        const expected = alike ? ours.parts : pack(oracle.graphemes, ours.encoding);
        same(oracle.segmentsCount, expected.length, alike ? 'count' : 'count over the clusters of the oracle');
      }),
      { numRuns: RUNS },
    );
    console.log(`segments against the oracle: ${JSON.stringify(tally)}`);
    // The reasons must stay rare, or the comparison holds nothing.
    expect(tally.texts).toBe(RUNS);
    expect(tally.gsm7).toBeGreaterThan(RUNS / 5);
    expect(tally.several).toBeGreaterThan(RUNS / 5);
    expect(tally.overfull).toBeLessThan(RUNS / 20);
    expect(tally.otherCount).toBeLessThan(RUNS / 20);
  });
});

describe('the known differences', () => {
  const fill = 'a'.repeat(66);

  it.each([
    ['a letter with a skin tone', 'a🏽'],
    ['pictographs joined by ZWJ', '❤️‍🔥'],
    ['an Indic conjunct', 'क्ष'],
    ['a mark on half a surrogate pair', '\ud83d\u0301'],
  ])('in clusters: %s is one for us, several for the oracle', (_, cluster) => {
    expect(new SegmentedMessage(cluster).graphemes.length).toBeGreaterThan(1);
    expect(segment(`${fill}${cluster}bbbb`).parts).toEqual([fill, `${cluster}bbbb`]);
  });

  it('in packing: the oracle puts 70 units beside a header where we make a third part', () => {
    const stackOf = (units: number) => `e${'\u0301'.repeat(units - 1)}`;
    const body = `${'a'.repeat(40)}${stackOf(30)}${stackOf(40)}`;
    const oracle = new SegmentedMessage(body);
    expect([oracle.segmentsCount, isOverfull(oracle)]).toEqual([2, true]);
    expect(segment(body).parts).toEqual(['a'.repeat(40), stackOf(30), stackOf(40)]);
  });

  it('in packing: the oracle never cuts a cluster larger than a part', () => {
    const body = `e${'\u0301'.repeat(133)}`;
    expect(isOverfull(new SegmentedMessage(body))).toBe(true);
    expect(segment(body).parts.map((part) => part.length)).toEqual([67, 67]);
  });
});

/** `expect` is ten times the cost of what is compared here. */
function same(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`);
}
