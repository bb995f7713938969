import { describe, expect, it } from 'vitest';
import type { ErrorGroup } from '../../api/error-groups.ts';
import { causeOf, hintOf, pathOf, placesOf, reproduceOf } from './words.ts';

const group = (source: ErrorGroup['source'], ...texts: string[]) => ({
  ...{ source, title: 'HTTP retrieval failure' },
  samples: texts.map((text) => ({ at: '', text, message_sid: null, url: null, to: null, request: null })),
});

it('words that all cases share are said, and a 403 points to the signature', () => {
  expect(causeOf(group('webhook', 'answered 403', 'answered 403'))).toBe('answered 403');
  expect(hintOf(group('webhook', 'answered 403'))).toContain('Signature');
  expect(hintOf(group('webhook', 'answered 500'))).toContain('log');
  expect(hintOf(group('webhook', 'nothing heard for 15000 ms'))).toContain('too long');
  expect(hintOf(group('webhook', 'the connection was closed'))).toBeNull();
  expect(causeOf(group('webhook', 'answered 403', 'answered 500'))).toBeNull();
  expect(causeOf(group('webhook', 'HTTP retrieval failure'))).toBeNull();
});

it('a path of the API is shown without its account', () => {
  expect(pathOf(`POST /2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`)).toBe('POST Messages.json');
  expect(pathOf('GET /v1/Services')).toBe('GET /v1/Services');
});

it('the line that brings it about fits what the endpoint did', () => {
  const line = (code: number, text: string) =>
    reproduceOf({ code, reproduce: 'As the catalogue says', samples: group('webhook', text).samples });
  expect(line(11200, 'answered 403')).toBe('Let your endpoint answer 403');
  expect(line(11200, 'the connection was closed')).toContain('close the connection');
  expect(line(11200, 'nothing heard for 15000 ms')).toBe('As the catalogue says');
  expect(line(11202, 'connect ECONNREFUSED 127.0.0.1:9')).toBe('As the catalogue says');
});

describe('where it happens', () => {
  const BEN = '+12025550102';
  const OFF = '+15005530003';
  const phones = new Map([
    [BEN, { name: 'Ben', does: 'Unreachable until 10:00:00' }],
    [OFF, { name: null, does: 'Undelivered 30003' }],
  ]);
  const found = (changes: Partial<ErrorGroup>) => {
    const { samples } = group('message');
    return placesOf({ source: 'message', count: 2, here: null, recipients: [], samples, ...changes }, phones);
  };

  it('is one phone by its name, with what it does on purpose', () => {
    const here = { kind: 'phone', value: BEN, count: 2, of: 2 } as const;
    expect(found({ here, recipients: [{ to: BEN, count: 2 }] })).toEqual([
      { lead: 'all to', value: `Ben (${BEN})`, note: 'Unreachable until 10:00:00' },
    ]);
  });

  it('is a few phones rather than the sender that they have in common', () => {
    const here = { kind: 'sender', value: '+12025550100', count: 2, of: 2 } as const;
    const recipients = [BEN, OFF].map((to) => ({ to, count: 1 }));
    expect(found({ here, recipients }).map(({ lead, value, note }) => `${lead} ${value}: ${note}`)).toEqual([
      `1 to Ben (${BEN}): Unreachable until 10:00:00`,
      `1 to ${OFF}: Undelivered 30003`,
    ]);
    expect(found({ here, count: 40, recipients })[0]?.lead).toBe('1 of the latest 2 to');
    expect(found({ here, count: 40 })).toEqual([
      { lead: 'all of the latest 2 from', value: '+12025550100', note: null },
    ]);
  });

  it('is told of a single case too', () => {
    expect(found({ count: 1, recipients: [{ to: BEN, count: 1 }] })[0]?.lead).toBe('once, to');
    const [sample] = group('webhook', 'answered 403').samples;
    const samples = [{ ...(sample as ErrorGroup['samples'][0]), url: 'http://localhost:3000/sms' }];
    expect(found({ source: 'webhook', count: 1, samples })).toEqual([
      { lead: 'once, at', value: 'http://localhost:3000/sms', note: null },
    ]);
    expect(found({ source: 'webhook' })).toEqual([]);
  });
});
