import { describe, expect, it } from 'vitest';
import { madeTemplate } from './made-template.ts';

const values = new Map([
  ['1', 'Ada'],
  ['2', '12'],
  ['10', 'ten'],
]);
const make = (type: string, content: Record<string, unknown>, more: object = {}) =>
  madeTemplate({ types: { [type]: content }, variables: { 3: 'default' }, language: 'de', ...more }, type, values);

describe('a template as WhatsApp knows it', () => {
  it('has what fills its body in the order of the numbers, each once', () => {
    const body = 'Order {{10}} for {{1}}: {{2}}, {{1}}, {{3}}';
    expect(make('twilio/text', { body }).body).toEqual(['Ada', '12', 'default', 'ten']);
  });

  it('has the fillers of named placeholders in their places', () => {
    const named = new Map([
      ['b', 'B'],
      ['a', 'A'],
    ]);
    const template = { types: { 'twilio/text': { body: '{{b}} {{a}}' } }, variables: {} };
    expect(madeTemplate(template, 'twilio/text', named).body).toEqual(['B', 'A']);
  });

  it('is known by the name of its approval, unless WhatsApp would refuse it', () => {
    const approval = { name: 'order_ready', status: 'approved' };
    expect(make('twilio/text', { body: 'Hi' }, { approval })).toMatchObject({ name: 'order_ready', language: 'de' });
    for (const status of ['rejected', 'paused', 'disabled']) {
      expect(make('twilio/text', { body: 'Hi' }, { approval: { ...approval, status } }).name).toBe('');
    }
    expect(make('twilio/text', { body: 'Hi' }).name).toBe('');
  });

  it('has its header, and those buttons that say something of the message', () => {
    const actions = [
      { type: 'QUICK_REPLY', title: 'Yes', id: 'yes-{{1}}' },
      { type: 'URL', title: 'Track', url: 'https://example.com/{{2}}' },
      { type: 'URL', title: 'Home', url: 'https://example.com' },
      { type: 'COPY_CODE', title: 'Copy', code: 'SAVE{{2}}' },
      { type: 'PHONE_NUMBER', title: 'Call', phone: '+13125550100' },
      null,
    ];
    const made = make('whatsapp/card', { header_text: 'For {{1}}', body: 'Hi', actions });
    expect(made.header).toEqual(['Ada']);
    expect(made.buttons).toEqual([
      { index: 0, kind: 'reply', value: 'yes-Ada' },
      { index: 1, kind: 'url', value: '12' },
      { index: 3, kind: 'code', value: 'SAVE12' },
    ]);
  });

  it('of a code has it in its text and in its button', () => {
    const made = make('whatsapp/authentication', { actions: [{ type: 'COPY_CODE', copy_code_text: 'Copy' }] });
    expect(made).toMatchObject({ body: ['Ada'], buttons: [{ index: 0, kind: 'url', value: 'Ada' }] });
  });
});
