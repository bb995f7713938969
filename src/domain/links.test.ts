import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODE_LENGTH, findLinks, isCode, makeCode, shortenLinks } from './links.ts';
import { seededRandom } from './sid.ts';

const BASE = { url: 'https://l.example.com/', hideScheme: false };
const CODE = 'Abcdefgh12';
const textsOf = (text: string) => findLinks(text).map(({ start, end }) => text.slice(start, end));
/** A maker of codes that begins at a seed. */
const codes = (seed: string) => {
  const random = seededRandom(seed);
  return () => makeCode(random);
};

describe('the links of a text', () => {
  it.each([
    ['See https://shop.example.com/a?b=1&c=%20#d!', ['https://shop.example.com/a?b=1&c=%20#d']],
    ['(https://example.com/x_(y)), then http://example.org.', ['https://example.com/x_(y)', 'http://example.org']],
    ['HTTPS://EXAMPLE.COM/Path', ['HTTPS://EXAMPLE.COM/Path']],
    [
      '"https://example.com/a", https://example.com/b; https://example.com/c?',
      ['https://example.com/a', 'https://example.com/b', 'https://example.com/c'],
    ],
    ['https://münchen.de/straße und 👋 https://例え.jp/あ', ['https://münchen.de/straße', 'https://例え.jp/あ']],
    ['http://127.0.0.1:3000/x http://localhost:3000/y', ['http://127.0.0.1:3000/x', 'http://localhost:3000/y']],
    ['example.com www.example.com a@example.com mailto:a@example.com ftp://example.com/x //example.com', []],
    ['https://intranet/x https://user:pass@example.com/ https:// http:///x', []],
    ['javascript:alert(1) https:example.com', []],
  ])('in %j', (text, links) => {
    expect(textsOf(text)).toEqual(links);
  });

  it('lead to what a browser would ask for', () => {
    expect(findLinks('https://münchen.de/straße')[0]?.target).toBe('https://xn--mnchen-3ya.de/stra%C3%9Fe');
    expect(findLinks('HTTP://EXAMPLE.com')[0]?.target).toBe('http://example.com/');
  });
});

describe('a code', () => {
  it('has ten letters and digits', () => {
    fc.assert(fc.property(fc.string(), (seed) => isCode(codes(seed)())));
  });

  it('takes no byte that would favour some letters', () => {
    // 248 and above are thrown away; what follows is taken instead.
    const given = [Uint8Array.from([255, 254, 253, 252, 251, 250, 249, 248, 0, 61]), new Uint8Array(10).fill(62)];
    expect(makeCode(() => given.shift() ?? new Uint8Array(10))).toBe('A9AAAAAAAA');
  });

  it('has every letter about as often as any other', () => {
    const next = codes('even');
    const counts = new Map<string, number>();
    for (let made = 0; made < 6_200; made += 1) {
      for (const letter of next()) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    // 1 000 are expected of each; 6 standard deviations are 190.
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(190);
  });
});

describe('shortening', () => {
  it('replaces links and nothing else', () => {
    const next = codes('a');
    const { body, links } = shortenLinks('Look: https://example.com/a, http://example.com/b.', BASE, next);
    expect(body).toBe(`Look: ${BASE.url}${links[0]?.code}, ${BASE.url}${links[1]?.code}.`);
    expect(links.map(({ target }) => target)).toEqual(['https://example.com/a', 'http://example.com/b']);
  });

  it('gives the same address in one text one code', () => {
    const { body, links } = shortenLinks('https://example.com/a https://example.com/a', BASE, codes('a'));
    expect(links).toHaveLength(1);
    expect(body.split(' ')).toEqual([BASE.url + links[0]?.code, BASE.url + links[0]?.code]);
  });

  it('leaves what is short already, on our domains alone', () => {
    const short = `https://l.example.com/${CODE} http://l.example.com/${CODE}?x=1`;
    expect(shortenLinks(short, BASE, codes('a'))).toEqual({ body: short, links: [] });
    const others = `https://l.example.com/a https://m.example.com/${CODE} https://l.example.com.evil.com/${CODE}`;
    expect(shortenLinks(others, BASE, codes('a')).links).toHaveLength(3);
    const all = { ...BASE, others: ['https://m.example.com/'] };
    expect(shortenLinks(others, all, codes('a')).links).toHaveLength(2);
    const own = { url: 'http://127.0.0.1:7670/l/', hideScheme: false };
    expect(shortenLinks(`http://127.0.0.1:7670/l/${CODE}`, own, codes('a')).links).toEqual([]);
  });

  it('can leave the scheme out', () => {
    const { body, links } = shortenLinks('https://example.com/a', { ...BASE, hideScheme: true }, codes('a'));
    expect(body).toBe(`l.example.com/${links[0]?.code}`);
  });

  it('never gives two addresses one code, also when the maker repeats itself', () => {
    const given = ['A'.repeat(10), 'A'.repeat(10), 'B'.repeat(10)];
    const { links } = shortenLinks('https://example.com/a https://example.com/b', BASE, () => given.shift() ?? '');
    expect(links.map(({ code }) => code)).toEqual(['A'.repeat(10), 'B'.repeat(10)]);
  });

  const word = fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.constantFrom('Hello', 'ü', '👋🏽', '\n', `${BASE.url}${CODE}`, 'a@example.com', '…', '(', ')', '.', ',', '"'),
    fc.string({ unit: 'binary' }),
  );
  const texts = fc
    .tuple(fc.array(fc.tuple(word, fc.constantFrom(' ', '', '\n', '. '))), fc.string())
    .map(([words, seed]) => ({
      text: words.flat().join(''),
      seed,
    }));

  it('keeps everything between the links, in any text', () => {
    fc.assert(
      fc.property(texts, ({ text, seed }) => {
        const { body, links } = shortenLinks(text, BASE, codes(seed));
        // Put back, each code gives the very text again, but for how an address is written.
        const found = findLinks(text).filter(({ target }) => links.some((link) => link.target === target));
        let expected = '';
        let done = 0;
        for (const { start, end, target } of found) {
          expected += text.slice(done, start) + BASE.url + links.find((link) => link.target === target)?.code;
          done = end;
        }
        expect(body).toBe(expected + text.slice(done));
        for (const { code, target } of links) {
          expect(code).toHaveLength(CODE_LENGTH);
          expect(target).toMatch(/^https?:\/\//);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('done twice is done once, where links stand apart', () => {
    const apart = fc.array(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.constantFrom('Hello', 'ü')));
    fc.assert(
      fc.property(apart, fc.string(), (words, seed) => {
        const next = codes(seed);
        const once = shortenLinks(words.join(' '), BASE, next);
        expect(shortenLinks(once.body, BASE, next)).toEqual({ body: once.body, links: [] });
      }),
    );
  });
});
