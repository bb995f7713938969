import { expect, it } from 'vitest';
import { CLIENT_PATHS } from '../../http/console/client-paths.ts';
import { PAGES } from './pages.ts';

it('every page is one that the server answers with the console', () => {
  const known = PAGES.map(({ path }) => path.split('/')[1] ?? '');
  expect(known.filter((segment) => !CLIENT_PATHS.includes(segment))).toEqual([]);
});
