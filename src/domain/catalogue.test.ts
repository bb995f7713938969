import { describe, expect, it } from 'vitest';
import { CODES, explain, nameOf, SECTIONS } from './catalogue.ts';

/** Every code this server can give, by group. */
const GIVEN = [
  20001, 20002, 20003, 20004, 20005, 20006, 20009, 20404, 20409, 20413, 20422, 20429, 20500, 20501, 20503, 21211, 21212,
  21265, 21266, 21268, 21401, 21402, 21403, 21406, 21408, 21420, 21421, 21422, 21450, 21451, 21452, 21454, 21481, 21602,
  21603, 21604, 21606, 21608, 21609, 21610, 21611, 21612, 21614, 21617, 21619, 21620, 21623, 21624, 21627, 21635, 21653,
  21654, 21655, 21656, 21658, 21659, 21660, 21661, 21664, 21665, 21666, 21667, 21701, 21705, 21708, 21709, 21710, 21711,
  21712, 21713, 21714, 21715, 21910, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30010, 30029, 30030, 30036,
  30409, 30410, 35111, 35114, 35118, 35126, 11200, 11205, 11206, 11210, 11215, 11216, 11217, 11220, 11243, 11750, 30100,
  30102, 30103, 30104, 30105, 30106, 30107, 30109, 30116, 30117, 30118, 30119, 30120, 30121, 30122, 30123, 30127, 30129,
  30130, 30132,
];

describe('the catalogue', () => {
  it('explains every code that is given', () => {
    expect(GIVEN.filter((code) => !CODES.includes(code))).toEqual([]);
  });

  it('has every number once', () => {
    const all = SECTIONS.flatMap((section) => Object.keys(section));
    expect(new Set(all).size).toBe(all.length);
    expect(CODES).toHaveLength(all.length);
  });

  it.each(CODES)('%d has a title, words of its own and a remedy', (code) => {
    const entry = explain(code);
    expect(entry?.code).toBe(code);
    expect(entry?.title).not.toMatch(/^Error \d/);
    expect(entry?.meaning).toMatch(/^[A-Z].*\.$/s);
    expect(entry?.causes.length).toBeGreaterThan(0);
    expect(entry?.fixes.length).toBeGreaterThan(0);
    expect(entry?.reproduce).not.toBe('');
  });

  it('gives an HTTP status to what refuses a request, and none to what happens later', () => {
    for (const code of CODES)
      expect(explain(code)?.status === null, String(code)).toBe(explain(code)?.when === 'async');
  });

  it('names every outcome number by its own code', () => {
    for (const code of CODES) {
      const outcome = /\+150055(\d{5})/.exec(explain(code)?.reproduce ?? '')?.[1];
      if (outcome && !outcome.startsWith('5000')) expect(outcome).toBe(String(code));
    }
  });

  it('keeps the names that messages are known by', () => {
    expect(nameOf(30007)).toBe('Carrier violation');
    expect(explain(30007)?.title).toBe('Carrier violation');
    expect(nameOf(99999)).toBeNull();
  });

  it('tells of a code that only the dictionary knows, and nothing of a number that is none', () => {
    expect(explain(21618)).toMatchObject({ title: 'The message body cannot be sent', status: 400, when: 'sync' });
    expect(explain(30500)).toMatchObject({ status: null, when: 'async' });
    expect(explain(12345)).toBeNull();
    expect(explain(Number.NaN)).toBeNull();
  });
});
