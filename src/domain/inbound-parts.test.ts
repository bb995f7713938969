import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeGsm7 } from './encoding.ts';
import {
  type InboundPart,
  type Joined,
  type Joining,
  joiningKey,
  lostOf,
  PARTS_WAIT_MS,
  takePart,
} from './inbound-parts.ts';

const utf16 = (text: string) =>
  Uint8Array.from(text.split('').flatMap((unit) => [unit.charCodeAt(0) >> 8, unit.charCodeAt(0) & 0xff]));

function part(number: number, text: string, change: Partial<InboundPart> = {}): InboundPart {
  const addresses = { from: '+12025550101', to: '+12025550100' };
  return { ...addresses, reference: 7, total: 3, number, charset: 'GSM-7', octets: encodeGsm7(text), ...change };
}

/** A store of joinings in memory, as JSON: what the real ones keep. */
function room() {
  const kept = new Map<string, string>();
  const whole: Joined[] = [];
  const lost: Joined[] = [];
  return {
    whole,
    lost,
    kept,
    take(one: InboundPart, now = 0) {
      const key = joiningKey(one);
      const known = kept.get(key);
      const taken = takePart(known === undefined ? null : (JSON.parse(known) as Joining), one, now);
      if (taken.kind === 'repeated') return taken.kind;
      if (taken.joining) kept.set(key, JSON.stringify(taken.joining));
      if (taken.lost) lost.push(taken.lost);
      if (taken.kind === 'whole') whole.push(taken.message);
      return taken.kind;
    },
    sweep(now: number) {
      for (const [key, text] of kept) {
        const joining = JSON.parse(text) as Joining;
        if (joining.dueAt > now) continue;
        kept.delete(key);
        const what = lostOf(joining);
        if (what) lost.push(what);
      }
    },
  };
}
const whole = (body: string, numSegments = 3): Joined => ({
  from: '+12025550101',
  to: '+12025550100',
  body,
  numSegments,
});

describe('parts of a message', () => {
  it('are joined in the order of their numbers', () => {
    const { take, whole: done } = room();
    expect([take(part(3, 'c')), take(part(1, 'a')), take(part(2, 'b'))]).toEqual(['waiting', 'waiting', 'whole']);
    expect(done).toEqual([whole('abc')]);
  });

  it('that come twice count once, also after the message is whole', () => {
    const { take, whole: done, lost, sweep, kept } = room();
    for (const number of [1, 1, 2, 1, 3]) take(part(number, `p${number} `));
    expect(take(part(2, 'p2 '), PARTS_WAIT_MS - 1)).toBe('repeated');
    sweep(PARTS_WAIT_MS);
    expect(done).toEqual([whole('p1 p2 p3 ')]);
    expect(lost).toEqual([]);
    expect(kept.size).toBe(0);
  });

  it('of other pairs, references and totals are kept apart', () => {
    const { take, whole: done } = room();
    take(part(1, 'a'));
    take(part(2, 'x', { from: '+12025550177' }));
    take(part(2, 'x', { to: '+12025550177' }));
    take(part(2, 'x', { reference: 263 }));
    take(part(2, 'x', { total: 2 }));
    expect(done).toEqual([]);
    take(part(2, 'b'));
    take(part(3, 'c'));
    expect(done).toEqual([whole('abc')]);
  });

  it('that are missing for 120 s leave a message with what came, for 30009', () => {
    const { take, sweep, lost, kept } = room();
    take(part(1, 'a'), 1_000);
    take(part(3, 'c'), 100_000);
    sweep(1_000 + PARTS_WAIT_MS - 1);
    expect(lost).toEqual([]);
    sweep(1_000 + PARTS_WAIT_MS);
    expect(lost).toEqual([whole('ac', 2)]);
    expect(kept.size).toBe(0);
  });

  it('that come too late start anew, swept or not', () => {
    const { take, lost, whole: done } = room();
    take(part(1, 'a'));
    expect(take(part(2, 'b'), PARTS_WAIT_MS)).toBe('waiting');
    expect(lost).toEqual([whole('a', 1)]);
    take(part(1, 'a'), PARTS_WAIT_MS);
    take(part(3, 'c'), PARTS_WAIT_MS);
    expect(done).toEqual([whole('abc')]);
  });

  it('of a reference that is used again begin a new message', () => {
    const { take, lost, whole: done } = room();
    for (const [number, text] of ['a', 'b', 'c'].entries()) take(part(number + 1, text));
    for (const [number, text] of ['d', 'e', 'f'].entries()) take(part(number + 1, text), 60_000);
    expect(done).toEqual([whole('abc'), whole('def')]);
    take(part(1, 'g'), 90_000);
    take(part(1, 'h'), 90_001);
    expect(lost).toEqual([whole('g', 1)]);
  });

  it('leave no text behind once they are joined', () => {
    const { take, kept } = room();
    for (const number of [1, 2, 3]) take(part(number, 'secret'));
    expect([...kept.values()].join()).not.toContain('736563726574');
  });

  it.each([
    [1, 1],
    [0, 3],
    [4, 3],
    [1, 0],
    [1, 256],
  ])('number %i of %i is a message of its own', (number, total) => {
    const taken = takePart(null, part(number, 'alone', { total }), 0);
    expect(taken).toEqual({ kind: 'whole', message: whole('alone', 1), joining: null, lost: null });
  });
});

describe('the text of parts', () => {
  it('survives a cut through a surrogate pair or an escape', () => {
    const { take, whole: done } = room();
    take(part(1, '', { charset: 'UCS-2', octets: utf16('a\ud83d'), total: 2 }));
    take(part(2, '', { charset: 'UCS-2', octets: utf16('\ude00b'), total: 2 }));
    const euro = encodeGsm7('€');
    take(part(1, '', { octets: euro.slice(0, 1), total: 2, reference: 8 }));
    take(part(2, '', { octets: euro.slice(1), total: 2, reference: 8 }));
    expect(done.map(({ body }) => body)).toEqual(['a😀b', '€']);
  });

  it('is not joined over a gap', () => {
    const [first, last] = [part(1, '', { octets: Uint8Array.of(0x1b) }), part(3, 'e')];
    const taken = takePart(null, first, 0);
    const known = taken.kind === 'waiting' ? taken.joining : null;
    const more = takePart(known, last, 0);
    expect(more.kind === 'waiting' && lostOf(more.joining)).toEqual(whole(' e', 2));
  });

  it('may change its charset from part to part', () => {
    const { take, whole: done } = room();
    take(part(1, '@'));
    take(part(2, '', { charset: 'UCS-2', octets: utf16('я') }));
    take(part(3, '', { charset: 'Latin-1', octets: Uint8Array.of(0xe9) }));
    expect(done).toEqual([whole('@яé')]);
  });

  it('holds nothing that a store cannot keep', () => {
    const octets = Uint8Array.of(...utf16('\0\ud83d'), 0x41);
    const taken = takePart(null, part(1, '', { charset: 'UCS-2', octets, total: 1 }), 0);
    expect(taken).toMatchObject({ message: { body: '\ufffd\ufffd' } });
  });

  it('is whole whatever the order, the cuts and the repetitions', () => {
    const text = fc.string({ unit: 'binary', minLength: 2, maxLength: 60 }).filter((one) => !one.includes('\0'));
    const shuffled = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 9 }), shuffled, (body, wanted, random) => {
        const total = Math.min(wanted, body.length);
        const at = (index: number) => Math.floor((index * body.length) / total);
        const cuts = Array.from({ length: total }, (_, index) =>
          part(index + 1, '', { charset: 'UCS-2', total, octets: utf16(body.slice(at(index), at(index + 1))) }),
        );
        const { take, whole: done, lost } = room();
        const order = [...random.map((index) => cuts[index % total] as InboundPart), ...cuts];
        for (const one of order) take(one);
        expect(done).toEqual([whole(body, total)]);
        expect(lost).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
