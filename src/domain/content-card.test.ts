import { expect, it } from 'vitest';
import { cardOf } from './content-card.ts';

const of = (type: string, content: Record<string, unknown>, values: Record<string, string> = {}) =>
  cardOf({ types: { [type]: content }, variables: { 1: 'you' } }, type, new Map(Object.entries(values)));

it('a text, files and a place have none, nor has a type that shows nothing more', () => {
  expect(of('twilio/text', { body: 'Hi', title: 'x' })).toBeNull();
  expect(of('twilio/media', { body: 'Hi', media: ['https://a.example/b.png'] })).toBeNull();
  expect(of('twilio/location', { latitude: 1, longitude: 2, label: 'A' })).toBeNull();
  expect(of('twilio/card', { body: 'Hi' })).toBeNull();
});

it('placeholders are filled everywhere, as far as they can be', () => {
  const actions = [{ type: 'URL', title: 'For {{1}}', url: 'https://a.example/{{2}}' }];
  expect(of('twilio/card', { title: 'Dear {{1}}', subtitle: '{{3}}', actions }, { 2: 'x' })).toEqual({
    type: 'twilio/card',
    title: 'Dear you',
    subtitle: '{{3}}',
    buttons: [{ kind: 'URL', text: 'For you', url: 'https://a.example/x' }],
  });
});

it('a quick reply without an id is known by its text, and an item of a list too', () => {
  expect(of('twilio/quick-reply', { body: 'Hi', actions: [{ title: 'Yes' }] })?.buttons).toEqual([
    { kind: 'QUICK_REPLY', text: 'Yes', payload: 'Yes' },
  ]);
  expect(of('twilio/list-picker', { body: 'Hi', button: 'Open', items: [{ item: 'Apple' }] })).toMatchObject({
    button: 'Open',
    items: [{ id: 'Apple', item: 'Apple', description: '' }],
  });
});

it('what makes no sense is left out', () => {
  const odd = {
    title: 5,
    actions: ['x', null, {}, { title: 7 }],
    items: 'x',
    cards: [null, 1, { title: 'One', media: [5] }],
  };
  expect(of('twilio/carousel', odd)).toEqual({ type: 'twilio/carousel', cards: [{ title: 'One' }] });
});
