/**
 * What Twilio's 2010 API has and Pidge does not: every path of the published description is either in the table of
 * routes, or named with a reason in docs/API-COVERAGE.md and answered 404/20404 in form. Nothing is both.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAB_MISSING } from '../../src/http/lab-missing.ts';
import { API_TABLE } from '../../src/http/routes.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { readOperations } from './published.ts';

const document = readFileSync(new URL('../../docs/API-COVERAGE.md', import.meta.url), 'utf8');

interface Entry {
  /** Below the account, without extension: `Calls`, or `IncomingPhoneNumbers/{PN}/AssignedAddOns`. */
  path: string;
  reason: string;
}

/** The rows of the section, one for each path that its first cell names. */
const entries: Entry[] =
  (document.split('\n## Out of scope\n')[1] ?? '')
    .split(/\n##? /)[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, paths = '', reason = ''] = line.split('|').map((cell) => cell.trim());
      return [...paths.matchAll(/`([^`]+)`/g)].map(([, path = '']) => ({ path, reason }));
    }) ?? [];

const shapeOf = (path: string) => path.replaceAll(/\{[^}]+\}/g, '{}');
const published = (readOperations('twilio_api_v2010.json', /./) ?? []).map(({ verb, path }) => ({
  verb: verb.toUpperCase(),
  path,
  below: shapeOf(path.replace(/^\/2010-04-01\/Accounts(\/\{AccountSid\}\/?|\/)?/, '').replace(/\.json$/, '')),
}));
const covering = (below: string) =>
  entries.find(({ path }) => below === shapeOf(path) || below.startsWith(`${shapeOf(path)}/`));
const routed = new Set(
  API_TABLE.flatMap(({ path, verbs }) =>
    Object.keys(verbs).map((verb) => `${verb} ${shapeOf(path.replace('/2010-04-01/Accounts', ''))}`),
  ),
);
const isRouted = ({ verb, path }: (typeof published)[number]) =>
  routed.has(`${verb} ${shapeOf(path.replace('/2010-04-01/Accounts', '').replace('.json', ''))}`);

describe('out of scope', () => {
  let pidge: TestPidge;
  let client: Client;
  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  it('is a list with reasons', () => {
    expect(entries.length).toBeGreaterThan(10);
    expect(entries.filter(({ reason }) => reason.length < 10)).toEqual([]);
  });

  it.skipIf(published.length === 0)('is all that has no route, and nothing that has one', () => {
    const forgotten = published.filter((one) => !isRouted(one) && !covering(one.below));
    expect(forgotten.map(({ verb, path }) => `${verb} ${path}`)).toEqual([]);
    const both = published.filter((one) => isRouted(one) && covering(one.below));
    expect(both.map(({ verb, path }) => `${verb} ${path}`)).toEqual([]);
    expect(entries.filter((entry) => !published.some(({ below }) => covering(below) === entry))).toEqual([]);
  });

  it.each([
    '/v1/Events',
    '/v1/Events/{AE}',
    '/v1/Messaging/GeoPermissions',
    '/v1/a2p/BrandRegistrations',
    '/v1/Tollfree/Verifications',
    '/v1/Deactivations',
  ])('%s of another host is named, and answered 404/20404', async (path) => {
    expect(document).toContain(`\`${path}\``);
    const { status, json } = await client.call('GET', path.replace('{AE}', `AE${'a'.repeat(32)}`));
    expect([status, json.code]).toEqual([404, 20404]);
  });

  it('names what the test side lacks', () => {
    const named = [...document.matchAll(/^- `([A-Z]+ [^`]+)`$/gm)].map(([, entry]) => entry);
    expect(named).toEqual([...LAB_MISSING]);
  });

  it.each(entries)('$path is answered 404/20404 in form', async ({ path }) => {
    const place = `${client.base}/${path.replaceAll(/\{[^}]+\}/g, `XX${'a'.repeat(32)}`)}.json`;
    for (const verb of ['GET', 'POST', 'DELETE']) {
      const { status, json } = await client.call(verb, place);
      expect([status, json.code, json.message]).toEqual([404, 20404, `The requested resource ${place} was not found`]);
    }
  });
});
