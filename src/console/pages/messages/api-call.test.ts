import { expect, it } from 'vitest';
import { parseMessageQuery } from '../../../domain/message-query.ts';
import { apiCall } from './api-call.ts';

const ME = { sid: 'AC1', token: 'secret' };
const call = (q: string): string => {
  const parsed = parseMessageQuery(q, 0);
  return apiCall('http://localhost:7670', ME, q, parsed.ok ? parsed.terms : []).replaceAll(' \\\n  ', ' ');
};

it('is the Twilio API where its filters can say it', () => {
  expect(call('')).toBe('curl -G http://localhost:7670/2010-04-01/Accounts/AC1/Messages.json -u AC1:secret');
  expect(call('to:+12025550101 date:2026-11-22')).toBe(
    'curl -G http://localhost:7670/2010-04-01/Accounts/AC1/Messages.json -u AC1:secret' +
      ' --data-urlencode To=+12025550101 --data-urlencode DateSent=2026-11-22',
  );
});

it('is the search of the console for what only that knows, quoted for a shell', () => {
  const search = 'curl -G http://localhost:7670/_admin/v1/accounts/AC1/messages -u AC1:secret --data-urlencode';
  expect(call('to:5550101')).toBe(`${search} q=to:5550101`);
  expect(call('to:+12025550101 to:+12025550102')).toBe(`${search} 'q=to:+12025550101 to:+12025550102'`);
  expect(call('"it\'s me"')).toBe(`${search} 'q="it'\\''s me"'`);
});
