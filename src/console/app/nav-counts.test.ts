import { expect, it } from 'vitest';
import type { ErrorGroup } from '../api/error-groups.ts';
import { countsOf } from './nav-counts.ts';

const group = (source: ErrorGroup['source'], mutedAt: string | null = null) =>
  ({ source, muted_at: mutedAt }) as ErrorGroup;

it('what is muted and what only strict mode would refuse asks for no attention', () => {
  const groups = [group('message'), group('request'), group('webhook'), group('lenient'), group('webhook', '2026')];
  expect(countsOf(groups)).toEqual({ '/errors': 3, '/webhooks': 1 });
});
