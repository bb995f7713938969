import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { signForm, signGet, signJson, verifySignature } from './signature.ts';

const TOKEN = '12345';
type Params = [string, string][];

const FORM: Params = [
  ['Digits', '1234'],
  ['CallSid', 'CA1234567890ABCDE'],
  ['To', '+18005551212'],
  ['Caller', '+12349013030'],
  ['From', '+12349013030'],
];

describe('the published vectors', () => {
  it('form POST', () => {
    expect(signForm(TOKEN, 'https://example.com/myapp.php?foo=1&bar=2', FORM)).toBe('vNe7KK2kJwCsxc9K3OLkkKB3qqI=');
  });

  it('older form POST', () => {
    const older = FORM.map(([name, value]): [string, string] => [
      name,
      value === '+12349013030' ? '+14158675309' : value,
    ]);
    expect(signForm(TOKEN, 'https://mycompany.com/myapp.php?foo=1&bar=2', older)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  it('GET', () => {
    expect(signGet(TOKEN, 'https://example.com/sms?MessageSid=SM00000000000000000000000000000001&Body=hi')).toBe(
      'lVC3PzChBEE2DUeah3mw1/CwQn8=',
    );
  });

  it('empty value', () => {
    const params: Params = [
      ['Body', ''],
      ['NumMedia', '0'],
    ];
    expect(signForm(TOKEN, 'https://example.com/sms', params)).toBe('W+m1TBQzroosZVoH/6tok2MJTto=');
  });

  it('duplicate names', () => {
    const params: Params = [
      ['A', 'b'],
      ['A', 'a'],
      ['A', 'b'],
      ['C', 'x'],
    ];
    expect(signForm(TOKEN, 'https://example.com/sms', params)).toBe('2FYDKnpRwKeMCpXkVLeHwSJ7KsQ=');
  });

  it('JSON', () => {
    expect(signJson(TOKEN, 'https://example.com/click', '{"property": "value", "boolean": true}')).toEqual({
      url: 'https://example.com/click?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620',
      signature: 'GQndnMQScz168udzL/qeIK9bGOE=',
    });
  });
});

describe('the signed URL', () => {
  const plain = signForm(TOKEN, 'https://example.com/sms?x=1', FORM);
  it.each([
    ['a fragment', 'https://example.com/sms?x=1#rc=3&rp=all'],
    ['userinfo', 'https://user:pa%20ss@example.com/sms?x=1'],
    ['a default port', 'https://example.com:443/sms?x=1'],
    ['a host in capitals', 'https://EXAMPLE.com/sms?x=1'],
  ])('leaves out %s', (_what, url) => expect(signForm(TOKEN, url, FORM)).toBe(plain));

  it('keeps a port that is not the default', () => {
    expect(signForm(TOKEN, 'https://example.com:8443/sms?x=1', FORM)).not.toBe(plain);
    expect(signForm(TOKEN, 'https://example.com:80/sms?x=1', FORM)).not.toBe(plain);
  });

  it('replaces a stale body hash and keeps the rest of the query as it was', () => {
    const { url } = signJson(TOKEN, 'https://example.com/c?a=%7e&bodySHA256=old&b#rc=1', '{}');
    expect(url).toBe(
      'https://example.com/c?a=%7e&b&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a#rc=1',
    );
  });
});

describe('verifySignature', () => {
  const url = 'https://example.com/sms';
  it('takes what was signed and refuses what was changed', () => {
    const signature = signForm(TOKEN, url, FORM);
    expect(verifySignature(TOKEN, signature, url, FORM)).toBe(true);
    expect(verifySignature(TOKEN, signature, url, [...FORM, ['Extra', '1']])).toBe(false);
    expect(verifySignature('other', signature, url, FORM)).toBe(false);
    expect(verifySignature(TOKEN, '', url, FORM)).toBe(false);
  });

  it('takes a GET without content', () => expect(verifySignature(TOKEN, signGet(TOKEN, url), url)).toBe(true));

  it('refuses a body that is not the hashed one', () => {
    const signed = signJson(TOKEN, url, '{"a":1}');
    expect(verifySignature(TOKEN, signed.signature, signed.url, '{"a":1}')).toBe(true);
    expect(verifySignature(TOKEN, signed.signature, signed.url, '{"a":2}')).toBe(false);
    expect(verifySignature(TOKEN, signGet(TOKEN, url), url, '{"a":1}')).toBe(false);
  });
});

/** Small deterministic generator (mulberry32), so that a failure names the round that repeats it. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * sides);
  };
}

describe("the official SDK's validator", () => {
  const names = ['To', 'From', 'Body', 'MessageSid', 'a', 'B', 'é', '', 'NumMedia', 'MediaUrl', '10', '9', '💬'];
  const values = [
    '',
    ' ',
    'hi',
    '👩‍👩‍👧 ok',
    '+12025550101',
    'a&b=c',
    '%41',
    "it's",
    'ünï',
    '\n\t',
    '\ud800',
    '日本',
    'hi ',
  ];
  const urls = [
    'https://example.com',
    'https://example.com/',
    'http://example.com:8080/sms?x=1',
    'https://example.com:443/sms',
    'https://user:secret@example.com/sms',
    'https://example.com/sms#rc=5&rp=all',
    'https://example.com/a b/ü?q=ä ö&r=%20+',
    "https://example.com/it's?who='me'",
    'https://example.com/sms?',
    'https://example.com/sms?&&a=1&a=2&=x&b',
    'https://example.com/%7Euser/../x/./y',
    'http://127.0.0.1:3000/status?a[]=1&b={c}|d',
    'http://[::1]:3000/in',
    'https://münchen.example/sms',
    'https://example.com/sms?bodySHA256=x',
  ];

  it('accepts 1 000 random forms at odd URLs, as the app sees them', () => {
    for (let round = 0; round < 1000; round += 1) {
      const roll = dice(round);
      const url = urls[roll(urls.length)] ?? '';
      const params = Array.from({ length: roll(8) }, (): [string, string] => [
        names[roll(names.length)] ?? '',
        (values[roll(values.length)] ?? '') + (values[roll(values.length)] ?? ''),
      ]);
      const signature = signForm(TOKEN, url, params);
      const { origin, pathname, search } = new URL(url);
      const accepted = twilio.validateRequest(TOKEN, signature, origin + pathname + search, asBody(params));
      if (!accepted) throw new Error(`round ${round}: ${url} ${JSON.stringify(params)}`);
      expect(twilio.validateRequest(`${TOKEN}x`, signature, origin + pathname + search, asBody(params))).toBe(false);
    }
  });

  it('accepts JSON bodies at odd URLs', () => {
    for (const url of urls) {
      const signed = signJson(TOKEN, url, '{"emoji":"💬"}');
      const { origin, pathname, search } = new URL(signed.url);
      const seen = origin + pathname + search;
      expect(twilio.validateRequestWithBody(TOKEN, signed.signature, seen, '{"emoji":"💬"}'), url).toBe(true);
    }
  });

  /** As a form parser hands it to the app: repeated names become arrays. */
  function asBody(params: Params): Record<string, string | string[]> {
    const body: Record<string, string | string[]> = {};
    for (const [name, value] of params) {
      const known = body[name];
      body[name] = known === undefined ? value : [known, value].flat();
    }
    return body;
  }
});
