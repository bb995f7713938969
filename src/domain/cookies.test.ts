import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COOKIE_IDLE_MS, cookieHeader, emptyJar, takeCookies } from './cookies.ts';

const NOW = Date.UTC(2026, 0, 1);
const APP = 'https://app.example/sms/in';

function jarWith(...headers: string[]) {
  return takeCookies(emptyJar(NOW), headers, APP, NOW);
}
const sentTo = (url: string, ...headers: string[]) => cookieHeader(jarWith(...headers), url, NOW);

describe('a cookie', () => {
  it('comes back to the folder that set it', () => {
    expect(sentTo(APP, 'a=1')).toBe('a=1');
    expect(sentTo('https://app.example/sms', 'a=1')).toBe('a=1');
    expect(sentTo('https://app.example/sms/other?x=1', 'a=1')).toBe('a=1');
    expect(sentTo('https://app.example/smsx', 'a=1')).toBeNull();
    expect(sentTo('https://app.example/', 'a=1')).toBeNull();
    expect(sentTo('https://app.example/', 'a=1; Path=/')).toBe('a=1');
    expect(sentTo(APP, 'a=1; path=/other')).toBeNull();
    expect(sentTo(APP, 'a=1; Path=nonsense')).toBe('a=1');
  });

  it('never goes to another host, whatever it says', () => {
    for (const url of [
      'https://evil.example/sms/in',
      'https://sub.app.example/sms/in',
      'https://example/sms/in',
      'nonsense',
    ]) {
      expect(sentTo(url, 'a=1; Domain=example; Path=/')).toBeNull();
    }
    expect(sentTo('http://app.example:8080/sms/in', 'a=1')).toBe('a=1');
  });

  it('that is secure goes over https alone and comes over https alone', () => {
    expect(sentTo(APP, 'a=1; Secure')).toBe('a=1');
    expect(sentTo('http://app.example/sms/in', 'a=1; Secure')).toBeNull();
    const plain = takeCookies(emptyJar(NOW), ['a=1; Secure'], 'http://app.example/', NOW);
    expect(plain.cookies).toEqual([]);
  });

  it('lasts as long as it says, Max-Age before Expires', () => {
    const jar = jarWith(
      'a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'b=2; expires=Thu, 01-Jan-26 00:02:00 GMT',
      'c=3',
    );
    expect(cookieHeader(jar, APP, NOW + 59_999)).toBe('a=1; b=2; c=3');
    expect(cookieHeader(jar, APP, NOW + 60_000)).toBe('b=2; c=3');
    expect(cookieHeader(jar, APP, NOW + 120_000)).toBe('c=3');
    expect(sentTo(APP, 'a=1; Expires=soon', 'b=2; Max-Age=long')).toBe('a=1; b=2');
  });

  it('is replaced in its place, and taken away by an end that is past', () => {
    expect(sentTo(APP, 'a=1', 'b=2', 'a=3')).toBe('a=3; b=2');
    expect(sentTo(APP, 'a=1', 'b=2', 'a=; Max-Age=0')).toBe('b=2');
    expect(sentTo(APP, 'a=1; Path=/', 'a=; Max-Age=0')).toBe('a=1');
  });

  it('of a longer path goes first', () => {
    expect(sentTo(APP, 'a=1; Path=/', 'b=2; Path=/sms/in', 'c=3; Path=/sms')).toBe('b=2; c=3; a=1');
  });

  it.each(['', '=1', 'a b=1', 'a=1\r\nX: y', 'ä=1', 'a=ü', 'a=\u0000', `a=${'x'.repeat(5_000)}`])(
    '%j is none',
    (header) => expect(jarWith(header).cookies).toEqual([]),
  );

  it('may hold equals signs and quotes', () =>
    expect(sentTo(APP, ' a = "x=y==" ; HttpOnly; SameSite=Lax')).toBe('a="x=y=="'));
});

describe('a jar', () => {
  it('is forgotten after four hours of silence, and kept by every answer', () => {
    const jar = jarWith('a=1');
    expect(cookieHeader(jar, APP, NOW + COOKIE_IDLE_MS - 1)).toBe('a=1');
    expect(cookieHeader(jar, APP, NOW + COOKIE_IDLE_MS)).toBeNull();
    const used = takeCookies(jar, [], APP, NOW + COOKIE_IDLE_MS - 1);
    expect(cookieHeader(used, APP, NOW + COOKIE_IDLE_MS + 1)).toBe('a=1');
    expect(takeCookies(jar, ['b=2'], APP, NOW + COOKIE_IDLE_MS).cookies).toMatchObject([{ name: 'b' }]);
  });

  it('holds 30, the newest, and sends 4096 characters at most', () => {
    const many = Array.from({ length: 40 }, (_, index) => `c${index}=1`);
    expect(jarWith(...many).cookies.map(({ name }) => name)).toEqual(many.slice(10).map((one) => one.slice(0, -2)));
    const large = ['a', 'b', 'c'].map((name) => `${name}=${'x'.repeat(2_000)}`);
    expect(sentTo(APP, ...large)?.length).toBeLessThanOrEqual(4_096);
  });

  it('takes any header, and what it sends can stand in one', () => {
    const piece = fc.constantFrom(
      'a=1',
      ';',
      '=',
      'Path=/',
      'Max-Age=',
      'Expires=',
      '9',
      'Jan',
      ':',
      '-',
      ' ',
      '\r\n',
      '\0',
      'é',
    );
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => `a=1;${pieces.join('')}`),
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 5 }), (headers) => {
        expect(sentTo(APP, ...headers) ?? '').toMatch(/^[\x20-\x7e]*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
