import { expect, it } from 'vitest';
import type { ErrorGroup } from './errors.ts';
import { causeOf, hintOf, pathOf } from './words.ts';

const group = (source: ErrorGroup['source'], ...texts: string[]) => ({
  ...{ source, title: 'HTTP retrieval failure' },
  samples: texts.map((text) => ({ at: '', text, message_sid: null, url: null, to: null, request: null })),
});

it('words that all cases share are said, and a 403 points to the signature', () => {
  expect(causeOf(group('webhook', 'answered 403', 'answered 403'))).toBe('answered 403');
  expect(hintOf(group('webhook', 'answered 403'))).toContain('Signature');
  expect(hintOf(group('webhook', 'answered 500'))).toBeNull();
  expect(causeOf(group('webhook', 'answered 403', 'answered 500'))).toBeNull();
  expect(causeOf(group('webhook', 'HTTP retrieval failure'))).toBeNull();
});

it('a path of the API is shown without its account', () => {
  expect(pathOf(`POST /2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`)).toBe('POST Messages.json');
  expect(pathOf('GET /v1/Services')).toBe('GET /v1/Services');
});
