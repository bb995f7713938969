import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatMessageQuery, type MessageFilter, parseMessageQuery, QUERY_KEYS } from './message-query.ts';

const NOW = Date.UTC(2026, 10, 22, 1, 30);
const DAY_MS = 86_400_000;

function filterOf(text: string): Partial<MessageFilter> {
  const parsed = parseMessageQuery(text, NOW);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.fault));
  return Object.fromEntries(
    Object.entries(parsed.filter).filter(([, value]) => value === true || (Array.isArray(value) && value.length > 0)),
  );
}
function faultOf(text: string) {
  const parsed = parseMessageQuery(text, NOW);
  return parsed.ok ? null : parsed.fault;
}

it('nothing asks for nothing', () => {
  expect(filterOf('')).toEqual({});
  expect(filterOf('  \t ')).toEqual({});
});

it('whole addresses are told from pieces', () => {
  expect(filterOf('to:+12025550101 to:whatsapp:+12025550101 to:0101 from:Reminders')).toEqual({
    to: [
      { kind: 'whole', address: '+12025550101' },
      { kind: 'whole', address: 'whatsapp:+12025550101' },
      { kind: 'piece', text: '0101' },
    ],
    from: [{ kind: 'piece', text: 'Reminders' }],
  });
});

it('every key is read, in any case, with its example', () => {
  for (const { key, example } of QUERY_KEYS) {
    expect(Object.keys(filterOf(example)), key).toHaveLength(1);
    expect(filterOf(example.replace(key, key.toUpperCase())), key).toEqual(filterOf(example));
  }
});

it('statuses, directions, codes, counts and flags', () => {
  expect(filterOf('status:Failed status:undelivered direction:outbound error:any error:30003')).toEqual({
    statuses: ['failed', 'undelivered'],
    directions: ['outbound-api', 'outbound-call', 'outbound-reply'],
    errors: ['any', 30003],
  });
  expect(filterOf('segments:>1 segments:1..3 segments:2 segments:<3').segments).toEqual([
    { least: 2, most: 1_000_000 },
    { least: 1, most: 3 },
    { least: 2, most: 2 },
    { least: 0, most: 2 },
  ]);
  expect(filterOf('has:media is:scheduled')).toEqual({ hasMedia: true, isScheduled: true });
});

it('days are whole days, ages count back from now', () => {
  const day = Date.UTC(2026, 10, 20);
  const ever = Number.MAX_SAFE_INTEGER;
  expect(filterOf('date:2026-11-20').dates).toEqual([{ from: day, to: day + DAY_MS }]);
  expect(filterOf('date:2026-11-20..2026-11-21').dates).toEqual([{ from: day, to: day + 2 * DAY_MS }]);
  expect(filterOf('date:>2026-11-20').dates).toEqual([{ from: day + DAY_MS, to: ever }]);
  expect(filterOf('date:<=2026-11-20').dates).toEqual([{ from: 0, to: day + DAY_MS }]);
  expect(filterOf('date:2026-11-20T10:00Z').dates).toEqual([{ from: day + 36_000_000, to: day + 36_060_000 }]);
  expect(filterOf('date:24h').dates).toEqual([{ from: NOW - DAY_MS, to: ever }]);
  expect(filterOf('date:today').dates).toEqual([{ from: Date.UTC(2026, 10, 22), to: ever }]);
});

it('quotes hold blanks, quotes and colons', () => {
  expect(filterOf('body:"see you" "a \\"b\\" c:d" code')).toEqual({
    bodies: ['see you'],
    words: ['a "b" c:d', 'code'],
  });
  expect(filterOf('https://example.com/a whatsapp:+12025550101 12:30').words).toEqual([
    'https://example.com/a',
    'whatsapp:+12025550101',
    '12:30',
  ]);
});

it('what is wrong is named with its place and the nearest that is right', () => {
  expect(faultOf('to:+12025550101 stauts:failed')).toMatchObject({
    key: 'stauts',
    at: 16,
    fix: expect.stringContaining('status:failed'),
  });
  expect(faultOf('status:deliverd')).toMatchObject({ key: 'status', fix: 'Did you mean status:delivered?' });
  expect(faultOf('error:abc')).toMatchObject({ key: 'error', allowed: 'a code, any or none' });
  expect(faultOf('date:2026-13-01')).toMatchObject({ key: 'date' });
  expect(faultOf('date:2026-11-21..2026-11-20')).toMatchObject({ key: 'date' });
  expect(faultOf('segments:>x')).toMatchObject({ key: 'segments' });
  expect(faultOf('to: 12025550101')).toMatchObject({ key: 'to', fix: expect.stringContaining('%2B') });
  expect(faultOf('body:"see you')).toMatchObject({ key: 'body', fix: expect.stringContaining('Close') });
  expect(faultOf('constructor:x')).toMatchObject({ key: 'constructor' });
  expect(faultOf('direction:constructor')).toMatchObject({ key: 'direction' });
  expect(faultOf('x'.repeat(1_001))).toMatchObject({ allowed: expect.stringContaining('1000') });
  expect(faultOf('a '.repeat(20))).toMatchObject({ allowed: expect.stringContaining('16') });
});

it('terms are written back so that they read the same', () => {
  const text = 'to:+12025550101 body:"see \\"you\\"" "Hi:there" code "a\\\\b"';
  const parsed = parseMessageQuery(text, NOW);
  if (!parsed.ok) throw new Error('unreadable');
  expect(formatMessageQuery(parsed.terms)).toBe(text);
  expect(parsed.terms.map((term) => term.text).join(' ')).toBe(text);
});

it('whatever is typed is a query or a fault, and a query survives being written anew', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('to:', 'date:', 'segments:>', '"', '\\', ' ', 'status:sent', 'is:', '..', ':', '+1', 'body:"a b"'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const parsed = parseMessageQuery(pieces.join(''), NOW);
      if (!parsed.ok) return parsed.fault.fix !== '';
      const again = parseMessageQuery(formatMessageQuery(parsed.terms), NOW);
      expect(again.ok && again.filter).toEqual(parsed.filter);
    }),
    { numRuns: 500 },
  );
});
