import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { authorize, loginOf } from './authorize.ts';

const LOGIN = { user: 'Müfasa "M"', password: 'Circle of Life' };
const ASKED = { method: 'POST', path: '/sms?x=1' };
const BASIC = `Basic ${Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString('base64')}`;

/** What a server makes of the answer: its fields, and whether it proves the password. */
function judged(answer: string | null, algorithm: 'md5' | 'sha256') {
  const text = Buffer.from(answer ?? '', 'latin1').toString();
  const matches = text.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,]+))/g);
  const fields = Object.fromEntries([...matches].map(([, name, quoted, bare]) => [name, quoted ?? bare]));
  const hash = (what: string) => createHash(algorithm).update(what).digest('hex');
  const { realm, nonce, nc, cnonce, qop, uri } = fields;
  let secret = hash(`${LOGIN.user}:${realm}:${LOGIN.password}`);
  if (/-sess$/i.test(fields.algorithm ?? '')) secret = hash(`${secret}:${nonce}:${cnonce}`);
  const rest = qop ? [nonce, nc, cnonce, qop] : [nonce];
  return { fields, isRight: fields.response === hash([secret, ...rest, hash(`POST:${uri}`)].join(':')) };
}

test.each([
  ['Digest realm="r", nonce="n", qop="auth-int, auth", opaque="o"', 'md5'],
  ['digest realm="r",nonce=n', 'md5'],
  ['Basic realm="b", Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"', 'md5'],
  ['Digest algorithm=SHA-256, realm="r", nonce="n", qop="auth", Basic realm="b"', 'sha256'],
] as const)('%s is answered with a digest', (challenge, algorithm) => {
  const answer = authorize(challenge, LOGIN, ASKED);
  expect(answer).toMatch(/^Digest /);
  const { fields, isRight } = judged(answer, algorithm);
  expect(fields).toMatchObject({ username: 'Müfasa \\"M\\"', realm: 'r', nonce: 'n', uri: '/sms?x=1' });
  expect(fields.opaque).toBe(challenge.includes('opaque') ? 'o' : undefined);
  expect(isRight).toBe(true);
});

test.each([
  ['Basic realm="x"', BASIC],
  ['Bearer, basic', BASIC],
  ['Digest realm="r", nonce="n", algorithm=SHA-512-256, Basic realm="b"', BASIC],
  ['Digest realm="r", nonce="n", qop="auth-int"', null],
  ['Digest realm="r"', null],
  ['Bearer realm="x"', null],
  ['', null],
  [`${'a'.repeat(200_000)}Basic`, null],
])('%.60s is answered with %j', (challenge, answer) => {
  expect(authorize(challenge, LOGIN, ASKED)).toBe(answer);
});

test('user and password are those of the URL, and a stray percent sign is itself', () => {
  expect(loginOf(new URL('http://m%40e:50%@x/'))).toEqual({ user: 'm@e', password: '50%' });
  expect(loginOf(new URL('http://me@x/'))).toEqual({ user: 'me', password: '' });
  expect(loginOf(new URL('http://x/'))).toBeNull();
});
