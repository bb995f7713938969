import { expect, test } from 'vitest';
import { withPlainValues } from './content-shapes.ts';

test.each([
  [
    'whatsapp/authentication',
    { add_security_recommendation: 'true', code_expiration_minutes: '30', actions: [{ code: '1' }] },
    { add_security_recommendation: true, code_expiration_minutes: 30, actions: [{ code: '1' }] },
  ],
  ['whatsapp/authentication', { add_security_recommendation: 'False' }, { add_security_recommendation: false }],
  ['whatsapp/authentication', { add_security_recommendation: '', code_expiration_minutes: '' }, null],
  ['whatsapp/authentication', { code_expiration_minutes: null, add_security_recommendation: false }, null],
  [
    'twilio/location',
    { latitude: '-1.5', longitude: '{{1}}', label: '5' },
    { latitude: -1.5, longitude: '{{1}}', label: '5' },
  ],
  ['twilio/location', { latitude: '0x10', longitude: ' 5' }, null],
  [
    'twilio/catalog',
    { items: [{ price: '9.99', id: '7' }, { price: 9 }] },
    { items: [{ price: 9.99, id: '7' }, { price: 9 }] },
  ],
  ['twilio/text', { body: '5', other: 'true' }, null],
  ['whatsapp/unheard-of', { price: '5' }, null],
])('in the type %s, %o has numbers and booleans as %o', (type, content, plain) => {
  expect(withPlainValues(type, content)).toEqual(plain ?? content);
});
