import { describe, expect, it } from 'vitest';
import { signForm, signGet, signJson } from './signature.ts';
import { type Check, examine, type SignedRequest, type Validated } from './signature-doctor.ts';

const PRIMARY = '0123456789abcdef0123456789abc9f2';
const SECONDARY = 'fedcba9876543210fedcba9876543aaa';
const URL_SIGNED = 'https://shop.example/sms/status?shop=1&b=x%20y';
const PARAMS: [string, string][] = [
  ['To', '+12025550101'],
  ['Body', 'two words'],
  ['Tag', 'a'],
  ['Tag', 'b'],
];
const SENT: SignedRequest = {
  url: URL_SIGNED,
  params: PARAMS,
  json: null,
  signature: signForm(PRIMARY, URL_SIGNED, PARAMS),
  tokens: { primary: PRIMARY, secondary: SECONDARY },
};

const at = (url: string, more: Partial<Validated> = {}): Validated => ({ url, ...more });
const wrong = (validated: Validated, sent = SENT) => examine(sent, validated).checks.filter(({ ok }) => ok === false);
const check = (name: Check['name'], validated: Validated, sent = SENT) =>
  examine(sent, validated).checks.find((one) => one.name === name) as Check;

describe('the signature doctor', () => {
  it('finds nothing wrong where nothing is', () => {
    const found = examine(SENT, at(URL_SIGNED, { params: PARAMS, token: PRIMARY }));
    expect(found.fits).toBe(true);
    expect(found.checks.map(({ ok }) => ok)).toEqual([true, true, true, true, true, true, true, true]);
  });

  it.each([
    ['scheme', 'http://shop.example/sms/status?shop=1&b=x%20y', 'X-Forwarded-Proto'],
    ['host', 'https://10.0.0.7/sms/status?shop=1&b=x%20y', 'Host'],
    ['port', 'https://shop.example:8443/sms/status?shop=1&b=x%20y', 'port 8443'],
    ['path', 'https://shop.example/status?shop=1&b=x%20y', 'req.originalUrl'],
    ['path', 'https://shop.example/other?shop=1&b=x%20y', 'rewrites'],
    ['slash', 'https://shop.example/sms/status/?shop=1&b=x%20y', 'slash'],
    ['query', 'https://shop.example/sms/status?b=x%20y&shop=1', 'another order'],
    ['query', 'https://shop.example/sms/status?shop=1&b=x+y', 'encoded in another way'],
    ['query', 'https://shop.example/sms/status', 'leaves it out'],
    ['query', 'https://shop.example/sms/status?shop=2&b=x%20y', 'other parameters'],
  ])('names the %s of %s as the one cause', (name, url, words) => {
    const [only, ...more] = wrong(at(url));
    expect(more).toEqual([]);
    expect(only).toMatchObject({ name, explains: true });
    expect(only?.text).toContain(words);
    expect(examine(SENT, at(url)).verdict).toContain('explains it');
  });

  it('says of several differences that each has to go', () => {
    const found = examine(SENT, at('http://10.0.0.7/sms/status?shop=1&b=x%20y'));
    expect(found.checks.filter(({ ok }) => ok === false).map(({ name, explains }) => [name, explains])).toEqual([
      ['scheme', false],
      ['host', false],
    ]);
    expect(found.verdict).toBe('2 things differ; mend all of them.');
  });

  it.each<[string, [string, string][], string]>([
    ['parsed nothing', [], 'no parameters'],
    ['lost one', PARAMS.filter(([name]) => name !== 'Body'), 'lacks Body'],
    ['added one', [...PARAMS, ['shop', '1']], 'has shop besides'],
    ['kept one of two values', PARAMS.slice(0, 3), 'Tag comes 2 times'],
    ['decoded twice', PARAMS.map(([name, value]) => [name, value.replace('+', ' ')]), 'once too often'],
    ['did not decode +', PARAMS.map(([name, value]) => [name, value.replace(' ', '+')]), 'without turning + into'],
    ['trimmed', PARAMS.map(([name, value]) => [name, name === 'Body' ? `${value} ` : value]), 'spaces at its ends'],
    ['changed one', PARAMS.map(([name, value]) => [name, name === 'Body' ? 'else' : value]), 'Body has another value'],
  ])('tells a parser that %s', (_, params, words) => {
    const found = check('body', at(URL_SIGNED, { params }));
    expect(found).toMatchObject({ ok: false, explains: true });
    expect(found.text).toContain(words);
  });

  it('tells the secondary token from a foreign one, and never shows any', () => {
    const secondary = check('token', at(URL_SIGNED, { token: SECONDARY }));
    expect(secondary).toMatchObject({ ok: false, explains: true });
    expect(secondary.text).toContain('the secondary token (…aaa)');
    const foreign = check('token', at(URL_SIGNED, { token: 'something else' }));
    expect(foreign.text).toContain('another token (…lse)');
    expect(JSON.stringify([secondary, foreign])).not.toContain(PRIMARY);
    expect(check('token', at(URL_SIGNED)).text).toContain('primary token …9f2');
  });

  it('says so when the token was changed since, and compares the parts all the same', () => {
    const sent = { ...SENT, tokens: { primary: 'new', secondary: null } };
    const found = examine(sent, at('http://shop.example/sms/status?shop=1&b=x%20y'));
    expect(found.verdict).toContain('no longer be computed');
    expect(found.checks.filter(({ ok }) => ok === false).map(({ name }) => name)).toEqual(['scheme']);
    expect(found.checks.at(-1)?.text).toContain('changed after it was sent');
  });

  it('judges JSON by the hash in the query', () => {
    const body = '{"a":1}';
    const { url, signature } = signJson(PRIMARY, 'https://shop.example/click', body);
    const sent = { ...SENT, url, params: null, json: body, signature };
    expect(examine(sent, at(url, { body })).fits).toBe(true);
    expect(check('body', at(url, { body: '{ "a": 1 }' }), sent)).toMatchObject({ ok: false, explains: true });
    expect(check('body', at('https://shop.example/click'), sent).text).toContain('bodySHA256');
  });

  it('takes the parameters of a GET from its URL', () => {
    const url = 'https://shop.example/sms?To=%2B1&Body=Hi';
    const sent = { ...SENT, url, params: null, signature: signGet(PRIMARY, url) };
    expect(examine(sent, at(url)).fits).toBe(true);
    expect(wrong(at('https://shop.example/sms?Body=Hi&To=%2B1'), sent).map(({ name }) => name)).toEqual(['query']);
  });
});
