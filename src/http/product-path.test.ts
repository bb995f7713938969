import { expect, it } from 'vitest';
import { withoutProduct } from './product-path.ts';

it('a product may be named before its version, and nowhere else', () => {
  expect(withoutProduct('/messaging/v1/Services?PageSize=2')).toBe('/v1/Services?PageSize=2');
  expect(withoutProduct('/content/v1/Content')).toBe('/v1/Content');
  expect(withoutProduct('/content/v2/Content')).toBe('/v2/Content');
  expect(withoutProduct('/accounts/v1/AuthTokens/Secondary')).toBe('/v1/AuthTokens/Secondary');
  const kept = ['/v1/Services', '/accounts', '/accounts?tab=keys', '/messages/v1/x', '/messaging/v3/x', '/'];
  for (const target of kept) expect(withoutProduct(target)).toBe(target);
});
