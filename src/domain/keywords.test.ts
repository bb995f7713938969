import { describe, expect, it } from 'vitest';
import { type Address, parseSender } from './address.ts';
import { type AdvancedInput, readAdvanced, showAdvanced } from './advanced-opt-out.ts';
import { DEFAULT_KEYWORDS, DEFAULT_TEXTS, decideKeyword, type KeywordQuestion } from './keywords.ts';
import { keyOfOptOut, keysThatForbid } from './opt-out.ts';

function address(text: string): Address {
  const parsed = parseSender(text);
  if (!parsed) throw new Error(text);
  return parsed;
}
const LONG_CODE = address('+12025550100');
const TOLL_FREE = address('+18005550100');

function ask(body: string, change: Partial<KeywordQuestion> = {}) {
  const question = { body, receiver: LONG_CODE, advanced: null, defaultsOff: false, isOptedOut: false, country: 'US' };
  return decideKeyword({ ...question, ...change });
}

function advanced(input: AdvancedInput = {}) {
  const read = readAdvanced(input);
  if (!read.ok) throw new Error(read.parameter);
  return read.advanced;
}

describe('a keyword', () => {
  it.each(DEFAULT_KEYWORDS.STOP)('%s opts out', (word) => {
    expect(ask(word)).toEqual({ type: 'STOP', optOutType: null, change: 'opt-out', reply: DEFAULT_TEXTS.STOP });
  });

  it.each(DEFAULT_KEYWORDS.START)('%s opts in again', (word) => {
    expect(ask(word, { isOptedOut: true })).toEqual({
      type: 'START',
      optOutType: null,
      change: 'opt-in',
      reply: DEFAULT_TEXTS.START,
    });
  });

  it.each(DEFAULT_KEYWORDS.HELP)('%s is answered and changes nothing', (word) => {
    expect(ask(word)).toEqual({ type: 'HELP', optOutType: null, change: null, reply: DEFAULT_TEXTS.HELP });
    expect(ask(word, { isOptedOut: true })).toMatchObject({ reply: DEFAULT_TEXTS.HELP });
  });

  it.each(['stop', ' Stop\n', '\u00a0sToP '])('%j is one too', (body) =>
    expect(ask(body)).toMatchObject({ type: 'STOP' }),
  );

  it.each([
    '',
    ' ',
    'STOP PLEASE',
    'STOP.',
    'STOP!',
    '"STOP"',
    'S T O P',
    'STOPP',
    'ＳＴＯＰ',
    'ſtop',
    'constructor',
    'ARRET',
  ])('%j is none', (body) => expect(ask(body)).toBeNull());

  it('is answered only when it changes something, so that YES stays an ordinary answer', () => {
    expect(ask('STOP', { isOptedOut: true })).toMatchObject({ type: 'STOP', change: null, reply: null });
    expect(ask('YES')).toMatchObject({ type: 'START', change: null, reply: null });
  });
});

describe('by kind of sender', () => {
  it('toll-free numbers know STOP, START and UNSTOP, in the words of their network', () => {
    expect(ask('STOP', { receiver: TOLL_FREE })).toMatchObject({
      change: 'opt-out',
      reply: expect.stringContaining('NETWORK'),
    });
    for (const word of ['STOPALL', 'QUIT', 'YES']) expect(ask(word, { receiver: TOLL_FREE })).toBeNull();
    for (const word of ['START', 'UNSTOP']) {
      expect(ask(word, { receiver: TOLL_FREE, isOptedOut: true })).toMatchObject({ change: 'opt-in' });
    }
    expect(ask('HELP', { receiver: TOLL_FREE })).toMatchObject({ reply: DEFAULT_TEXTS.HELP });
    expect(ask('HELP', { receiver: TOLL_FREE, isOptedOut: true })).toMatchObject({ reply: null });
  });

  it('the network of toll-free numbers does not ask for our settings', () => {
    expect(ask('STOP', { receiver: TOLL_FREE, defaultsOff: true })).toMatchObject({ change: 'opt-out' });
    const rules = advanced({ keywords: { STOP: ['BAJA'] }, texts: { STOP: { ALL: 'Bye' } } });
    expect(ask('STOP', { receiver: TOLL_FREE, advanced: rules })).toMatchObject({
      optOutType: 'STOP',
      reply: expect.stringContaining('NETWORK'),
    });
    expect(ask('BAJA', { receiver: TOLL_FREE, advanced: rules })).toMatchObject({ change: 'opt-out', reply: 'Bye' });
  });

  it.each(['76767', 'whatsapp:+12025550100', 'messenger:1234', 'Pidge'])('%s has no defaults', (text) => {
    expect(ask('STOP', { receiver: address(text) })).toBeNull();
    expect(ask('STOP', { receiver: address(text), advanced: advanced() })).toMatchObject({
      change: 'opt-out',
      optOutType: 'STOP',
    });
  });

  it.each(['+12025550100', '+447700900123', '+4915123456789', '+819012345678'])(
    '%s, a long code, has the defaults',
    (text) =>
      expect(ask('STOP', { receiver: address(text) })).toMatchObject({ change: 'opt-out', reply: DEFAULT_TEXTS.STOP }),
  );

  it('RCS has those of SMS', () =>
    expect(ask('STOP', { receiver: address('rcs:agent') })).toMatchObject({ type: 'STOP' }));

  it('defaults can be switched off', () => expect(ask('STOP', { defaultsOff: true })).toBeNull());
});

describe('Advanced Opt-Out', () => {
  const rules = advanced({
    keywords: { STOP: ['baja', 'BAJA', 'STOP'] },
    texts: { STOP: { ALL: 'Bye', MX: 'Adiós' } },
  });

  it('has its own words, beside the reserved ones, and tells the app', () => {
    expect(rules.keywords.STOP).toEqual(['STOP', 'BAJA']);
    expect(ask('Baja', { advanced: rules })).toEqual({
      type: 'STOP',
      optOutType: 'STOP',
      change: 'opt-out',
      reply: 'Bye',
    });
    expect(ask('QUIT', { advanced: rules })).toBeNull();
    expect(ask('INFO', { advanced: rules })).toMatchObject({ optOutType: 'HELP', reply: DEFAULT_TEXTS.HELP });
  });

  it('answers by country', () => {
    expect(ask('STOP', { advanced: rules, country: 'MX' })).toMatchObject({ reply: 'Adiós' });
    expect(ask('STOP', { advanced: rules, country: 'DE' })).toMatchObject({ reply: 'Bye' });
    expect(ask('STOP', { advanced: rules, country: null })).toMatchObject({ reply: 'Bye' });
  });

  it('tells the app of a repeated STOP as well', () => {
    expect(ask('STOP', { advanced: rules, isOptedOut: true })).toMatchObject({ optOutType: 'STOP', reply: null });
  });

  it.each<[AdvancedInput, string]>([
    [{ keywords: { STOP: ['NO MORE'] } }, 'keywords.STOP'],
    [{ keywords: { HELP: [''] } }, 'keywords.HELP'],
    [{ keywords: { STOP: ['Ä'] } }, 'keywords.STOP'],
    [{ keywords: { STOP: ['A'.repeat(35)] } }, 'keywords.STOP'],
    [{ keywords: { STOP: ['START'] } }, 'keywords.STOP'],
    [{ keywords: { START: ['stop'] } }, 'keywords.START'],
    [{ keywords: { STOP: ['BYE'], HELP: ['bye'] } }, 'keywords.HELP'],
    [{ keywords: { STOP: Array.from({ length: 101 }, (_, index) => `W${index}`) } }, 'keywords.STOP'],
    [{ texts: { STOP: { ALL: ' ' } } }, 'texts.STOP.ALL'],
    [{ texts: { STOP: { MX: 'x'.repeat(321) } } }, 'texts.STOP.MX'],
    [{ texts: { STOP: { Mexico: 'x' } } }, 'texts.STOP'],
  ])('%j is refused', (input, parameter) => expect(readAdvanced(input)).toMatchObject({ ok: false, parameter }));
});

describe('Advanced Opt-Out by language', () => {
  const input: AdvancedInput = {
    keywords: { 'STOP.SPANISH': ['alto', 'PARAR'], 'STOP.FRENCH': ['ARRET'], 'HELP.SPANISH': ['AYUDA'] },
    texts: {
      STOP: { ALL: 'Bye', MX: 'Bye, Mexico' },
      'STOP.SPANISH': { ALL: 'Adiós', MX: 'Ya no te escribimos' },
    },
  };
  const rules = advanced(input);

  it('answers in the language of the word, and of it by country', () => {
    expect(ask('alto', { advanced: rules })).toEqual({
      type: 'STOP',
      optOutType: 'STOP',
      change: 'opt-out',
      reply: 'Adiós',
    });
    expect(ask('PARAR', { advanced: rules, country: 'MX' })).toMatchObject({ reply: 'Ya no te escribimos' });
    expect(ask('STOP', { advanced: rules, country: 'MX' })).toMatchObject({ reply: 'Bye, Mexico' });
  });

  it('has the texts of the class for a language without its own', () => {
    expect(ask('ARRET', { advanced: rules, country: 'FR' })).toMatchObject({ type: 'STOP', reply: 'Bye' });
    expect(ask('ARRET', { advanced: rules, country: 'MX' })).toMatchObject({ reply: 'Bye, Mexico' });
    expect(ask('AYUDA', { advanced: rules })).toMatchObject({ type: 'HELP', reply: DEFAULT_TEXTS.HELP });
  });

  it('keeps the words of the class beside those of its languages', () => {
    expect(ask('QUIT', { advanced: rules })).toMatchObject({ type: 'STOP', reply: 'Bye' });
    const spoken = advanced({ ...input, keywords: { ...input.keywords, 'STOP.SPANISH': ['STOP'] } });
    expect(ask('STOP', { advanced: spoken })).toMatchObject({ type: 'STOP', reply: 'Adiós' });
  });

  it('is shown as it is read', () => {
    const shown = showAdvanced(rules);
    expect(shown.keywords).toMatchObject({ 'STOP.SPANISH': ['ALTO', 'PARAR'], STOP: expect.arrayContaining(['STOP']) });
    expect(advanced(shown)).toEqual(rules);
    expect(advanced({ keywords: { 'HELP.ALL': ['SOS'] } }).keywords.HELP).toEqual(['HELP', 'SOS']);
  });

  it.each<[AdvancedInput, string]>([
    [{ keywords: { 'STOP.KLINGON': ['X'] } }, 'keywords.STOP.KLINGON'],
    [{ keywords: { 'STOP.spanish': ['X'] } }, 'keywords.STOP.spanish'],
    [{ keywords: { 'HALT.SPANISH': ['X'] } }, 'keywords.HALT.SPANISH'],
    [{ keywords: { 'STOP.SPANISH.MX': ['X'] } }, 'keywords.STOP.SPANISH.MX'],
    [{ keywords: { STOP: ['X'], 'STOP.ALL': ['Y'] } }, 'keywords.STOP.ALL'],
    [{ keywords: { 'STOP.SPANISH': ['ALTO'], 'HELP.SPANISH': ['ALTO'] } }, 'keywords.HELP.SPANISH'],
    [{ keywords: { 'STOP.SPANISH': ['ALTO'], 'STOP.CATALAN': ['ALTO'] } }, 'keywords.STOP.CATALAN'],
    [{ keywords: { 'STOP.SPANISH': ['YES'] } }, 'keywords.STOP.SPANISH'],
    [{ texts: { 'STOP.SPANISH': { ALL: 'Adiós' } } }, 'texts.STOP.SPANISH'],
    [{ keywords: { 'STOP.SPANISH': ['ALTO'] }, texts: { 'STOP.SPANISH': { ALL: '' } } }, 'texts.STOP.SPANISH.ALL'],
  ])('%j is refused', (given, parameter) => expect(readAdvanced(given)).toMatchObject({ ok: false, parameter }));

  it('is told by English names', () => {
    for (const language of ['ENGLISH', 'SPANISH', 'FRENCH', 'PORTUGUESE', 'CHINESE', 'ARABIC', 'HINDI', 'TAGALOG']) {
      const read = readAdvanced({ keywords: { [`HELP.${language}`]: ['SOS'] } });
      expect([language, read.ok]).toEqual([language, true]);
    }
  });
});

describe('the scope of an opt-out', () => {
  const peer = address('+12025550101');

  it('is the pair, or the whole service of the number', () => {
    const pair = { channel: 'sms', scope: '+12025550100', peer: '+12025550101' };
    expect(keyOfOptOut(LONG_CODE, peer, null)).toEqual(pair);
    expect(keyOfOptOut(LONG_CODE, peer, 'MG1')).toEqual({ ...pair, scope: 'MG1' });
  });

  it('forbids every sender of the service, also when it sends alone', () => {
    const key = keyOfOptOut(LONG_CODE, peer, 'MG1');
    expect(keysThatForbid(address('+12025550177'), peer, [null, 'MG1'])).toContainEqual(key);
    expect(keysThatForbid(null, peer, ['MG1'])).toEqual([key]);
    expect(keysThatForbid(address('+12025550177'), peer, [null, null])).not.toContainEqual(key);
  });

  it('of a pair stays when the number joins a service', () => {
    expect(keysThatForbid(LONG_CODE, peer, ['MG1', 'MG1'])).toEqual([
      { channel: 'sms', scope: 'MG1', peer: '+12025550101' },
      { channel: 'sms', scope: '+12025550100', peer: '+12025550101' },
    ]);
  });

  it('is shared by SMS and RCS, but not by WhatsApp', () => {
    const key = keyOfOptOut(LONG_CODE, peer, 'MG1');
    expect(keysThatForbid(null, address('rcs:+12025550101'), ['MG1'])).toEqual([key]);
    expect(keyOfOptOut(address('rcs:agent'), address('rcs:+12025550101'), 'MG1')).toEqual(key);
    expect(keysThatForbid(null, address('whatsapp:+12025550101'), ['MG1'])).not.toContainEqual(key);
  });
});
