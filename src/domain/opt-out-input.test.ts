import { describe, expect, it } from 'vitest';
import type { OptOut } from './opt-out.ts';
import { optOutLine, readOptOutFile, readOptOutKey } from './opt-out-input.ts';

const NOW = Date.UTC(2026, 0, 31, 9, 30);
const MG = `MG${'a'.repeat(32)}`;

describe('an opt-out as it is written', () => {
  it.each([
    [{ scope: '+12025550100', peer: '+12025550101' }, 'sms', '+12025550100', '+12025550101'],
    [{ scope: '+1 (202) 555-0100', peer: '+1 202 555 0101' }, 'sms', '+12025550100', '+12025550101'],
    [{ channel: 'sms', scope: MG.replaceAll('a', 'A'), peer: 'rcs:+12025550101' }, 'sms', MG, '+12025550101'],
    [{ scope: 'ACME', peer: '+12025550101' }, 'sms', 'ACME', '+12025550101'],
    [{ scope: 'rcs:acme_agent', peer: '+12025550101' }, 'sms', 'acme_agent', '+12025550101'],
    [{ scope: 'acme_agent_of_old', peer: '+12025550101' }, 'sms', 'acme_agent_of_old', '+12025550101'],
    [{ scope: '76767', peer: '+12025550101' }, 'sms', '76767', '+12025550101'],
    [
      { channel: 'whatsapp', scope: '+12025550100', peer: '+12025550101' },
      'whatsapp',
      'whatsapp:+12025550100',
      'whatsapp:+12025550101',
    ],
    [{ scope: MG, peer: 'whatsapp:+12025550101' }, 'whatsapp', MG, 'whatsapp:+12025550101'],
    [{ scope: 'messenger:1', peer: 'messenger:2' }, 'messenger', 'messenger:1', 'messenger:2'],
  ])('%j is understood', (input, channel, scope, peer) => {
    expect(readOptOutKey(input)).toEqual({ ok: true, key: { channel, scope, peer } });
  });

  it.each([
    [{}, 'peer'],
    [{ peer: '+12025550101' }, 'scope'],
    [{ scope: '+12025550100' }, 'peer'],
    [{ scope: '+12025550100', peer: '76767' }, 'peer'],
    [{ scope: '+12025550100', peer: 'Ada' }, 'peer'],
    [{ scope: '12025550100', peer: '+12025550101' }, 'scope'],
    [{ scope: '+1202', peer: '+12025550101' }, 'scope'],
    [{ scope: 'MG1', peer: 'whatsapp:+12025550101' }, 'scope'],
    [{ scope: 'whatsapp:+12025550100', peer: '+12025550101' }, 'scope'],
    [{ channel: 'mms', scope: '+12025550100', peer: '+12025550101' }, 'channel'],
    [{ channel: 'sms', scope: '+12025550100', peer: 'whatsapp:+12025550101' }, 'channel'],
  ])('%j is told by %s', (input, parameter) => {
    expect(readOptOutKey(input)).toMatchObject({ ok: false, fault: { parameter } });
  });
});

function readWhole(text: string) {
  const file = readOptOutFile(text, NOW);
  if (!('rows' in file)) throw new Error(file.fix);
  const read = [...file.rows];
  return {
    rows: read.flatMap((one) => (one.ok ? [one.row] : [])),
    refused: read.flatMap((one) => (one.ok ? [] : [one.refused])),
  };
}

describe('a file', () => {
  const records: OptOut[] = [
    { accountSid: 'AC', channel: 'sms', scope: '+12025550100', peer: '+12025550101', source: 'keyword', at: NOW - 5 },
    { accountSid: 'AC', channel: 'whatsapp', scope: MG, peer: 'whatsapp:+12025550101', source: 'carrier', at: 0 },
  ];

  it('is what was written', () => {
    const text = `channel,scope,peer,at,source\r\n${records.map(optOutLine).join('')}`;
    const file = readWhole(text);
    expect(file.refused).toEqual([]);
    expect(file.rows.map(({ key, at, source }) => ({ accountSid: 'AC', ...key, at, source }))).toEqual(records);
  });

  it('needs scope and peer alone, in any order', () => {
    expect(readWhole('Peer, scope\n+12025550101,+12025550100')).toMatchObject({
      rows: [{ line: 2, at: NOW, source: 'api', key: { channel: 'sms' } }],
      refused: [],
    });
  });

  it.each(['', 'peer\n', 'scope,peer,name\n', 'scope,peer,peer\n', '+12025550101,+12025550100\n', '"scope,peer'])(
    'is refused whole without a header that can be understood: %j',
    (text) => {
      expect(readOptOutFile(text, NOW)).toMatchObject({ parameter: 'header' });
    },
  );

  it('tells of each bad row with its line', () => {
    const rows = [
      'sms,+12025550100,+12025550101,,',
      'sms,+12025550100,nobody,,',
      'sms,+12025550100',
      'sms,+12025550100,"+1202',
      'sms,+12025550100,+12025550102,2026-01-31,',
      'sms,+12025550100,+12025550102,2027-01-31T00:00:00Z,',
      'sms,+12025550100,+12025550102,,mail',
      'sms,+12025550100,+12025550102,2025-01-31T00:00:00+01:00,carrier',
    ];
    const file = readWhole(`channel,scope,peer,at,source\n${rows.join('\n')}\n`);
    expect(file.refused.map(({ line, parameter }) => [line, parameter])).toEqual([
      [3, 'peer'],
      [4, 'row'],
      [5, 'row'],
      [6, 'at'],
      [7, 'at'],
      [8, 'source'],
    ]);
    expect(file.rows.map(({ line }) => line)).toEqual([2, 9]);
  });
});
