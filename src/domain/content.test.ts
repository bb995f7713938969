import { describe, expect, it, test } from 'vitest';
import { judgeType, readVariables, renderTemplate, type Template } from './content.ts';

const template = (types: Template['types'], variables: Template['variables'] = {}): Template => ({ types, variables });
const greeting = (body: string, variables: Template['variables'] = {}) =>
  template({ 'twilio/text': { body } }, variables);
const values = (given: Record<string, string> = {}) => new Map(Object.entries(given));

describe('variables', () => {
  it('are texts by name; numbers and booleans count as their text', () => {
    expect(readVariables('{"1":"Ada","code":4711,"vip":true}')).toEqual({
      ok: true,
      values: new Map([
        ['1', 'Ada'],
        ['code', '4711'],
        ['vip', 'true'],
      ]),
    });
  });

  it.each([
    '',
    '[1]',
    'null',
    '"x"',
    '{"1":null}',
    '{"1":""}',
    '{"1":{}}',
    '{"a b":"x"}',
    '{"1":"\\ud800"}',
    '{"1":"\\u0000"}',
  ])('that are %s cannot be read', (text) => {
    expect(readVariables(text)).toMatchObject({ ok: false, reason: 'unreadable' });
  });

  it('are at most 100, of 1 600 characters each', () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`v${index}`, 'x']));
    expect(readVariables(JSON.stringify(many))).toMatchObject({ ok: false, reason: 'too-long' });
    expect(readVariables(JSON.stringify({ 1: 'x'.repeat(1_601) }))).toMatchObject({ ok: false, reason: 'too-long' });
    expect(readVariables(JSON.stringify({ 1: 'x'.repeat(1_600) }))).toMatchObject({ ok: true });
  });
});

describe('rendering', () => {
  const body = (made: Template, given?: Record<string, string>) => {
    const rendering = renderTemplate(made, 'sms', values(given));
    return rendering.ok ? rendering.body : rendering.reason;
  };

  it('fills placeholders by number and name, each as often as it stands there', () => {
    expect(body(greeting('{{1}}, {{name}} and {{1}}'), { 1: 'Ada', name: 'Bob' })).toBe('Ada, Bob and Ada');
  });

  it("takes the template's value where the message has none", () => {
    expect(body(greeting('Hi {{1}} {{2}}', { 1: 'you', 2: 'there' }), { 2: 'Ada' })).toBe('Hi you Ada');
  });

  it('looks at no text twice', () => {
    expect(body(greeting('{{1}} {{2}}'), { 1: '{{2}}', 2: '$&' })).toBe('{{2}} $&');
  });

  it.each(['Hi {{1}}', 'Hi {{1}', 'Hi {{}}', 'Hi {{ name }}', 'Hi {{constructor}}'])('refuses %s unfilled', (text) => {
    expect(body(greeting(text))).toBe('variables');
  });
});

test('a channel gets the type that suits it', () => {
  const rich = template({
    'twilio/text': { body: 'text' },
    'twilio/quick-reply': { body: 'quick', actions: [] },
    'whatsapp/card': { body: 'card' },
  });
  const chosen = (made: Template, channel: 'sms' | 'mms' | 'whatsapp' | 'rcs') =>
    renderTemplate(made, channel, values());
  const text = (type: string, body: string) => ({ ok: true, type, body, mediaUrls: [] });
  expect(chosen(rich, 'sms')).toEqual(text('twilio/text', 'text'));
  expect(chosen(rich, 'whatsapp')).toEqual(text('whatsapp/card', 'card'));
  expect(chosen(rich, 'rcs')).toEqual(text('twilio/quick-reply', 'quick'));
  const card = template({ 'twilio/card': { title: 'A card', actions: [], media: ['https://example.com/a.png'] } });
  expect(chosen(card, 'sms')).toEqual(text('twilio/card', 'A card'));
  expect(chosen(card, 'mms')).toEqual(text('twilio/card', 'A card'));
  expect(chosen(card, 'whatsapp')).toMatchObject({ body: 'A card', mediaUrls: ['https://example.com/a.png'] });
  const onlyWhatsApp = template({ 'whatsapp/card': { body: 'card' } });
  expect(chosen(onlyWhatsApp, 'sms')).toEqual({ ok: false, reason: 'nothing' });
});

test('media have their placeholders filled, and go to phones where MMS goes', () => {
  const media = { body: 'look', media: ['https://example.com/{{1}}.png', 'https://example.com/b.png'] };
  const both = template({ 'twilio/text': { body: 'text' }, 'twilio/media': media });
  const urls = ['https://example.com/cat.png', 'https://example.com/b.png'];
  const chosen = (channel: 'sms' | 'mms' | 'whatsapp') => renderTemplate(both, channel, values({ 1: 'cat' }));
  expect(chosen('sms')).toMatchObject({ body: 'text', mediaUrls: [] });
  expect(chosen('mms')).toMatchObject({ type: 'twilio/media', body: 'look', mediaUrls: urls });
  expect(chosen('whatsapp')).toMatchObject({ body: 'look', mediaUrls: urls });
  const alone = template({ 'twilio/media': { media: ['https://example.com/{{1}}.png'] } });
  expect(renderTemplate(alone, 'sms', values({ 1: 'cat' }))).toMatchObject({ body: '', mediaUrls: [urls[0]] });
  expect(renderTemplate(alone, 'sms', values())).toMatchObject({ ok: false, reason: 'variables' });
  const cards = [{ title: 'one', media: 'https://example.com/1.png' }, { media: ['https://example.com/2.png'] }];
  const carousel = template({ 'twilio/carousel': { body: 'cards', cards } });
  expect(renderTemplate(carousel, 'whatsapp', values())).toMatchObject({
    mediaUrls: ['https://example.com/1.png', 'https://example.com/2.png'],
  });
});

test.each([
  ['twilio/text', { body: 'Hi' }, null],
  ['twilio/text', {}, 'types.twilio/text.body'],
  ['twilio/text', { body: 'x'.repeat(1_601) }, 'types.twilio/text.body'],
  ['twilio/text', { body: 5 }, 'types.twilio/text.body'],
  ['twilio/text', 'Hi', 'types.twilio/text'],
  ['twilio/quick-reply', { body: 'x', actions: [] }, 'types.twilio/quick-reply.actions'],
  ['twilio/quick-reply', { body: 'x'.repeat(1_025), actions: [{}] }, 'types.twilio/quick-reply.body'],
  ['twilio/list-picker', { body: 'x', button: 'y', items: [{ id: '1', item: 'one' }] }, null],
  ['twilio/schedule', { id: '1', title: 'When?', timeSlots: 'noon' }, null],
  ['twilio/schedule', { id: '1', title: 'When?', time_slots: 'noon' }, null],
  ['twilio/schedule', { id: '1', title: 'When?' }, 'types.twilio/schedule.timeSlots'],
  ['twilio/media', { media: 'https://example.com/a.jpg' }, 'types.twilio/media.media'],
  ['twilio/media', { media: ['https://example.com/a.jpg', 5] }, 'types.twilio/media.media'],
  ['twilio/media', { media: [], body: null }, null],
  ['twilio/location', { latitude: 'abc', longitude: 2 }, 'types.twilio/location.latitude'],
  ['twilio/location', { latitude: 1.5, longitude: {} }, 'types.twilio/location.longitude'],
  ['twilio/location', { latitude: '1.5', longitude: '{{1}}', label: null }, null],
  ['twilio/quick-reply', { body: 'x', actions: [{ title: 'Yes' }, 'No'] }, 'types.twilio/quick-reply.actions[1]'],
  ['twilio/call-to-action', { body: 'x', actions: {} }, 'types.twilio/call-to-action.actions'],
  ['twilio/card', { actions: [{ type: 'URL', title: 'Go', url: ['https://example.com/{{1}}'], id: null }] }, null],
  [
    'twilio/carousel',
    { body: 'x', cards: [{ media: 'a' }, { actions: [{ title: {} }] }] },
    'types.twilio/carousel.cards[1].actions[0].title',
  ],
  ['twilio/catalog', { body: 'x', items: [{ price: '9.99' }, { price: 9 }] }, null],
  ['twilio/catalog', { body: 'x', items: [{ price: true }] }, 'types.twilio/catalog.items[0].price'],
  ['whatsapp/authentication', { actions: [], add_security_recommendation: 'true', code_expiration_minutes: '5' }, null],
  [
    'whatsapp/authentication',
    { actions: [], add_security_recommendation: 1 },
    'types.whatsapp/authentication.add_security_recommendation',
  ],
  ['twilio/unheard-of', {}, 'types.twilio/unheard-of'],
  ['constructor', {}, 'types.constructor'],
  ['__proto__', { body: 'x' }, 'types.__proto__'],
  ['whatsapp/unheard-of', { anything: 1 }, null],
])('the type %s with %o is at fault at %s', (type, content, at) => {
  expect(judgeType(type, content)?.at ?? null).toBe(at);
});
