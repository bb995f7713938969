/**
 * `docs/API-COVERAGE.md` against Twilio's published descriptions (when `PIDGE_OPENAPI_DIR` names them): what a
 * description has and the document forgets turns red, and so does a test file that is named and not there, or that
 * never says the name it is said to hold.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readOperations } from './published.ts';

const root = new URL('../..', import.meta.url).pathname;
const document = readFileSync(`${root}docs/API-COVERAGE.md`, 'utf8');

/** Title of a table in the document, the description that it is of, and the paths in there. */
const RESOURCES: [title: string, description: string, paths: RegExp][] = [
  ['Message', 'twilio_api_v2010.json', /\{AccountSid\}\/Messages(\/\{Sid\})?\.json$/],
  ['Media', 'twilio_api_v2010.json', /\/Messages\/\{MessageSid\}\/Media/],
  ['Feedback', 'twilio_api_v2010.json', /\/Messages\/\{MessageSid\}\/Feedback/],
  ['Accounts', 'twilio_api_v2010.json', /^\/2010-04-01\/Accounts(\/\{Sid\})?\.json$/],
  ['Keys', 'twilio_api_v2010.json', /\{AccountSid\}\/Keys/],
  ['Signing keys', 'twilio_api_v2010.json', /\/SigningKeys/],
  [
    'Incoming phone numbers',
    'twilio_api_v2010.json',
    /\/IncomingPhoneNumbers(\/\{Sid\}|\/Local|\/Mobile|\/TollFree)?\.json$/,
  ],
  ['Available phone numbers', 'twilio_api_v2010.json', /\/AvailablePhoneNumbers/],
  ['Balance', 'twilio_api_v2010.json', /\/Balance\.json$/],
  ['Usage records', 'twilio_api_v2010.json', /\/Usage\/Records/],
  ['Usage triggers', 'twilio_api_v2010.json', /\/Usage\/Triggers/],
  ['Notifications', 'twilio_api_v2010.json', /\{AccountSid\}\/Notifications/],
  ['Alerts', 'twilio_monitor_v1.json', /^\/v1\/Alerts/],
  ['Service', 'twilio_messaging_v1.json', /^\/v1\/Services(\/\{Sid\})?$/],
  ['Use cases', 'twilio_messaging_v1.json', /^\/v1\/Services\/Usecases$/],
  ['Phone numbers of a service', 'twilio_messaging_v1.json', /\/PhoneNumbers/],
  ['Short codes of a service', 'twilio_messaging_v1.json', /\/ShortCodes/],
  ['Alpha senders of a service', 'twilio_messaging_v1.json', /\/AlphaSenders/],
  ['Destination alpha senders of a service', 'twilio_messaging_v1.json', /\/DestinationAlphaSenders/],
  ['Channel senders of a service', 'twilio_messaging_v1.json', /\/ChannelSenders/],
  ['Channel senders', 'twilio_messaging_v2.json', /^\/v2\/Channels\/Senders/],
  ['Typing indicator', 'twilio_messaging_v2.json', /^\/v2\/Indicators\//],
  ['Campaigns of a service', 'twilio_messaging_v1.json', /\/Compliance\/Usa2p(\/\{Sid\})?$/],
  ['Use cases of campaigns', 'twilio_messaging_v1.json', /\/Compliance\/Usa2p\/Usecases$/],
  ['Imported campaigns', 'twilio_messaging_v1.json', /\/PreregisteredUsa2p$/],
  ['Link shortening', 'twilio_messaging_v1.json', /^\/v1\/LinkShortening\//],
  ['Link shortening, second version', 'twilio_messaging_v2.json', /^\/v2\/LinkShortening\//],
  ['Content', 'twilio_content_v1.json', /^\/v1\/(Content|ContentAndApprovals|LegacyContent)(\/|$)/],
  ['Content, second version', 'twilio_content_v2.json', /^\/v2\//],
];

interface Row {
  names: string[];
  files: string[];
}

/** The rows of the table under a title, by their first cell. */
function rowsOf(title: string): Map<string, Row> {
  const start = document.indexOf(`\n### ${title}\n`);
  if (start === -1) return new Map();
  const [section = ''] = document.slice(start + 5).split(/\n##/);
  const words = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, inner = '']) => inner.split(' '));
  return new Map(
    section
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, what = '', names, files]) => [what.replaceAll('`', ''), { names: words(names), files: words(files) }]),
  );
}

function placeOf(file: string): string {
  return `${root}${file.startsWith('src/') ? '' : 'tests/'}${file}`;
}

/** A name as the wire, and as the SDK spells it. */
function isSaid(name: string, texts: string[]): boolean {
  const camel = name.replace(/[<>]$/, '').replace(/[_-](\w)/g, (_, letter: string) => letter.toUpperCase());
  const spellings = [name, camel, camel.charAt(0).toLowerCase() + camel.slice(1)];
  if (name.endsWith('<')) spellings.push(`${spellings[2]}Before`);
  if (name.endsWith('>')) spellings.push(`${spellings[2]}After`);
  return texts.some((text) => spellings.some((spelling) => text.includes(spelling)));
}

const isPublished = RESOURCES.every(([, description]) => readOperations(description, /./) !== null);

describe('what docs/API-COVERAGE.md says of', () => {
  it.skipIf(!isPublished).each(RESOURCES)('%s is all that its description has', (title, description, paths) => {
    const operations = readOperations(description, paths) ?? [];
    const rows = rowsOf(title);
    const shown = rows.get('properties')?.names ?? [];
    const missing = operations.flatMap(({ verb, path, parameters, properties }) => {
      const what = `${verb.toUpperCase()} ${path.replace('/2010-04-01/Accounts/{AccountSid}', '')}`;
      const row = rows.get(what);
      if (!row) return [what];
      const forgotten = parameters.filter((name) => !row.names.includes(name)).map((name) => `${what}: ${name}`);
      return [...forgotten, ...properties.filter((name) => !shown.includes(name)).map((name) => `property ${name}`)];
    });
    expect(operations.length).toBeGreaterThan(0);
    expect([...new Set(missing)], `of ${title}, docs/API-COVERAGE.md lacks`).toEqual([]);
  });

  it.each(RESOURCES)('%s is held by tests that are there and say its names', (title) => {
    const faults = [...rowsOf(title)].slice(1).flatMap(([what, { names, files }]) => {
      const lost = files.filter((file) => !existsSync(placeOf(file)));
      const texts = files.filter((file) => !lost.includes(file)).map((file) => readFileSync(placeOf(file), 'utf8'));
      const unsaid = names.filter((name) => !isSaid(name, texts));
      const none = files.length === 0 ? [`${what}: held by nothing`] : [];
      return [
        ...none,
        ...lost.map((file) => `${what}: no ${file}`),
        ...unsaid.map((name) => `${what}: ${name} unsaid`),
      ];
    });
    expect(faults).toEqual([]);
  });

  it('refusals of message create is held by tests that say their codes', () => {
    const [, after = ''] = document.split('\n## Errors of message create\n');
    const [listed = ''] = after.split(/\nBy number|\n## /);
    let text = '';
    let file = '';
    const unsaid: string[] = [];
    for (const [, named, code] of listed.matchAll(/`([\w./-]+\.test\.ts)`|\b(\d{5})\b/g)) {
      if (named) {
        file = named;
        text = readFileSync(placeOf(named), 'utf8');
      } else if (code && !text.includes(code)) unsaid.push(`${code} in ${file}`);
    }
    expect(unsaid).toEqual([]);
  });

  it.each(['General errors', 'Delivery'])('%s is held by tests that say their codes', (title) => {
    const [, after = ''] = document.split(`\n## ${title}\n`);
    const [table = ''] = after.split('\n## ');
    const rows = table.split('\n').filter((line) => /^\| [\d ]/.test(line));
    const unsaid = rows.flatMap((row) => {
      const [, codes = '', , files = ''] = row.split('|');
      const texts = [...files.matchAll(/`([^`]+)`/g)].map(([, file = '']) => readFileSync(placeOf(file), 'utf8'));
      const wanted = codes.match(/\b\d{5}\b/g) ?? [];
      return wanted.filter((code) => !texts.some((one) => one.includes(code))).map((code) => `${code}:${files}`);
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(unsaid).toEqual([]);
  });

  it('every test file is a file', () => {
    const named = [...document.matchAll(/`([\w./-]+\.(?:test|suite)\.ts)`/g)].map(([, file = '']) => file);
    expect(named.filter((file) => !existsSync(placeOf(file)))).toEqual([]);
  });

  it('nothing is put off', () => {
    const rows = document.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| 501 20501'));
    const putOff = rows.filter((line) => /not built|not yet|until (it|they|\w+) lands?|501\/20501/i.test(line));
    expect(putOff).toEqual([]);
  });
});
