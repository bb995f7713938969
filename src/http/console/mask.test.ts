import { expect, it } from 'vitest';
import { withoutSecrets } from './mask.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const masked = (text: string, type: string) => withoutSecrets(Buffer.from(text), type).toString();

it('hides tokens, secrets and what stands in URLs, wherever they are in JSON', () => {
  const answer = {
    sid: `AC${TOKEN}`,
    auth_token: TOKEN,
    keys: [{ secret: 'abc', sms_url: 'https://user:word@app.example/sms?a=b@c' }],
    body: 'Mail me: ada@example.com, https://app.example/@ada',
    expires: null,
  };
  expect(JSON.parse(masked(JSON.stringify(answer), 'application/json; charset=utf-8'))).toEqual({
    ...answer,
    auth_token: '••••••••',
    keys: [{ secret: '••••••••', sms_url: 'https://••••••••@app.example/sms?a=b@c' }],
  });
});

it('hides them in XML and in tables', () => {
  expect(masked(`<Sid>AC${TOKEN}</Sid><AuthToken>${TOKEN}</AuthToken>`, 'application/xml')).toBe(
    `<Sid>AC${TOKEN}</Sid><AuthToken>••••••••</AuthToken>`,
  );
  expect(masked(`AC${TOKEN},${TOKEN},x\r\n`, 'text/csv')).toBe(`AC${TOKEN},••••••••,x\r\n`);
});

it('leaves what has none as it is, also where there is nothing', () => {
  expect(masked('', 'application/json')).toBe('');
  const picture = Buffer.from([0xff, 0xd8, 0x00]);
  expect(withoutSecrets(picture, 'image/jpeg')).toBe(picture);
});
