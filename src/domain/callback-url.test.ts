import { expect, test } from 'vitest';
import { parseCallbackUrl } from './callback-url.ts';

function parsed(text: string) {
  const result = parseCallbackUrl(text);
  if (!result.ok) throw new Error(result.why);
  return result;
}

test.each([
  'example.com/cb',
  '/cb',
  '//example.com',
  'ftp://example.com/',
  'http://',
  'http:///x',
  'http://?x',
  'http://my_host.example/cb',
  'http://a..b/',
  'http://-a.example/',
  'http://exa mple.com/',
  'http://example.com:99999/',
  'http:\\\\example.com',
  'http://[::1/',
  'javascript:alert(1)',
  'http://exa\tmple.com/',
  `http://${'a'.repeat(64)}.example/`,
  '',
])('%j is no callback URL', (text) => {
  expect(parseCallbackUrl(text)).toEqual({ ok: false, why: expect.any(String) });
});

test('the fragment is neither asked for nor signed', () => {
  expect(parsed('https://example.com/cb?a=1&b=%20#rc=2')).toMatchObject({
    url: 'https://example.com/cb?a=1&b=%20',
    target: 'https://example.com/cb?a=1&b=%20',
    origin: 'https://example.com',
  });
});

test('user and password are asked with but not signed', () => {
  expect(parsed('http://me:pw@127.0.0.1:3000/cb')).toMatchObject({
    url: 'http://me:pw@127.0.0.1:3000/cb',
    target: 'http://127.0.0.1:3000/cb',
  });
});

test('without rc and rp the retry rule is ours', () => {
  expect(parsed('http://localhost/#ct=200&rt=300&tt=400').rules).toMatchObject({
    connectMs: 200,
    readMs: 300,
    totalMs: 400,
    retry: null,
    sni: true,
    warnings: [],
  });
  expect(parsed('http://[::1]:80/').rules).toMatchObject({
    connectMs: 5000,
    readMs: 15_000,
    totalMs: 15_000,
    retry: null,
  });
});

test('either of rc and rp brings in the whole of the original rule', () => {
  expect(parsed('http://a.example/#rc=3').rules.retry).toEqual({ count: 3, on: ['ct'] });
  expect(parsed('http://a.example/#rp=5xx,rt').rules.retry).toEqual({ count: 1, on: ['5xx', 'rt'] });
  expect(parsed('http://a.example/#rp=all&rc=0').rules.retry).toEqual({ count: 0, on: ['4xx', '5xx', 'ct', 'rt'] });
});

test('numbers out of range are clamped, words keep the default', () => {
  expect(parsed('http://a.example/#ct=1&rt=99999&tt=x&rc=9').rules).toMatchObject({
    connectMs: 100,
    readMs: 15_000,
    totalMs: 15_000,
    retry: { count: 5 },
  });
  expect(parsed('http://a.example/#rc=-4').rules.retry).toMatchObject({ count: 0 });
});

test('what is wrong in rp and e is told, and unknown keys are ignored', () => {
  const { rules } = parsed('http://a.example/#rp=5xx,6xx&e=dublin,mars&x=1&sni=n');
  expect(rules).toMatchObject({
    warnings: [11243, 11240],
    retry: { on: ['5xx'] },
    sni: false,
    edges: ['dublin', 'mars'],
  });
});
