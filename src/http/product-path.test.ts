import { expect, it } from 'vitest';
import { withoutProduct } from './product-path.ts';

it('a whole URL is its path, as clients write it to a proxy', () => {
  expect(withoutProduct('http://api.twilio.com/2010-04-01/Accounts.json?PageSize=2')).toBe(
    '/2010-04-01/Accounts.json?PageSize=2',
  );
  expect(withoutProduct('HTTPS://proxy:7670/messaging/v1/Services')).toBe('/v1/Services');
  expect(withoutProduct('http://localhost:7670')).toBe('/');
  expect(withoutProduct('/l/http://x.example/')).toBe('/l/http://x.example/');
  expect(withoutProduct('*')).toBe('*');
});

it('a slash behind the number of a lookup is none', () => {
  expect(withoutProduct('/v1/PhoneNumbers/+16502530000/?Type=caller-name')).toBe(
    '/v1/PhoneNumbers/+16502530000?Type=caller-name',
  );
  expect(withoutProduct('/lookups/v1/PhoneNumbers/+16502530000/')).toBe('/v1/PhoneNumbers/+16502530000');
  const kept = ['/v1/PhoneNumbers/', '/v1/Services/', '/messages/v1/PhoneNumbers/+1/', '/v1/PhoneNumbers/+1?a=b/'];
  for (const target of kept) expect(withoutProduct(target)).toBe(target);
});

it('a product may be named before its version, and nowhere else', () => {
  expect(withoutProduct('/messaging/v1/Services?PageSize=2')).toBe('/v1/Services?PageSize=2');
  expect(withoutProduct('/content/v1/Content')).toBe('/v1/Content');
  expect(withoutProduct('/content/v2/Content')).toBe('/v2/Content');
  expect(withoutProduct('/accounts/v1/AuthTokens/Secondary')).toBe('/v1/AuthTokens/Secondary');
  const kept = ['/v1/Services', '/accounts', '/accounts?tab=keys', '/messages/v1/x', '/messaging/v3/x', '/'];
  for (const target of kept) expect(withoutProduct(target)).toBe(target);
});
