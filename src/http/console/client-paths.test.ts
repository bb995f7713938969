import { expect, it } from 'vitest';
import { FACES } from '../api.ts';
import { CLIENT_PATHS } from './client-paths.ts';

it('no page stands where the API does', () => {
  const api = FACES.flatMap(({ paths }) => paths.map((path) => path.split('/')[1]));
  const own = [...api, 'healthz', 'readyz', 'metrics', 'media', 'm', 'l', 'carriers', '_test', 'assets'];
  expect(CLIENT_PATHS.filter((path) => own.includes(path))).toEqual([]);
});
