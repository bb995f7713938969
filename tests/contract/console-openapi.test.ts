/** The document of the console's API: every route below `/_admin/v1` is in it, and nothing else. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FACES } from '../../src/http/api.ts';
import { DOCS } from '../../src/http/console/register.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const ROOT = '/_admin/v1/';
const ALL = ['DELETE', 'GET', 'POST', 'PUT'];

/** What Fastify serves beside the faces, as it was registered. */
const { served } = vi.hoisted(() => ({ served: [] as { url: string; verbs: string[] }[] }));
vi.mock('fastify', async (load) => {
  const real = await load<typeof import('fastify')>();
  const listening: typeof real.default = ((options: object) => {
    const app = real.default(options);
    app.addHook('onRoute', ({ url, method }) => void served.push({ url, verbs: [method].flat() }));
    return app;
  }) as never;
  return { ...real, default: listening, fastify: listening };
});

let pidge: TestPidge;
let page: ConsolePage;
beforeAll(async () => {
  pidge = await startTestPidge();
  page = await openConsole(pidge);
});
afterAll(async () => {
  await page.close();
  await pidge.close();
});

/** As the document names them. */
function registered(): string[] {
  const rows = FACES.flatMap(({ table }) => table).filter(({ path }) => path.startsWith(ROOT));
  const ofFaces = rows.flatMap(({ path, verbs }) => Object.keys(verbs).map((verb) => `${verb} ${path}`));
  const gated = new Set(FACES.flatMap(({ paths }) => paths));
  const plain = served
    .filter(({ url }) => url.startsWith(ROOT) && !gated.has(url))
    .flatMap(({ url, verbs }) => {
      const path = url.replace(':account', '{AC}').replace(/\*$/, '{path}').replaceAll(/:\w+/g, '{*}');
      const isAny = ALL.every((verb) => verbs.includes(verb));
      return isAny ? [`ANY ${path}`] : verbs.filter((verb) => ALL.includes(verb)).map((verb) => `${verb} ${path}`);
    });
  return [...new Set([...ofFaces, ...plain])].map((one) => one.replace(ROOT, '')).sort();
}

it('has every route that is registered, and none that is not', () => {
  expect(Object.keys(DOCS).sort()).toEqual(registered());
});

it('no two rooms say something of the same route', () => {
  const rows = FACES.flatMap(({ table }) => table).map(({ path }) => path);
  expect(rows.filter((path, index) => rows.indexOf(path) !== index)).toEqual([]);
});

it('is OpenAPI 3.1 whose operations have names of their own and all parameters of their paths', async () => {
  const { json } = await page.call('GET', 'openapi.json');
  expect(json.openapi).toBe('3.1.0');
  const ids: string[] = [];
  for (const [path, verbs] of Object.entries<Record<string, Record<string, never>>>(json.paths)) {
    const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    expect(new Set(named).size).toBe(named.length);
    for (const operation of Object.values(verbs)) {
      const { operationId, parameters, responses, summary } = operation as unknown as {
        operationId: string;
        summary: string;
        parameters: { name: string; in: string }[];
        responses: Record<string, unknown>;
      };
      ids.push(operationId);
      expect(summary).not.toBe('');
      expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
      expect(Object.keys(responses)).toContain('default');
    }
  }
  expect(new Set(ids).size).toBe(ids.length);
});
