/** A contact that somebody sent, as a vCard (RFC 2426), which is how an app gets it. */
import { type Fields, fieldsOf, listOf, wordOf } from '../json.ts';

export function vcardOf(contact: Fields): string {
  const name = fieldsOf(contact.name);
  const parts = [name.last_name, name.first_name, name.middle_name, name.prefix, name.suffix];
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    `N:${parts.map((part) => escaped(part)).join(';')}`,
    `FN:${escaped(name.formatted_name ?? name.first_name)}`,
    ...some('ORG', fieldsOf(contact.org).company),
    ...some('TITLE', fieldsOf(contact.org).title),
    ...listOf(contact.phones).flatMap((one) => some(`TEL${typed(one)}`, fieldsOf(one).phone)),
    ...listOf(contact.emails).flatMap((one) => some(`EMAIL${typed(one)}`, fieldsOf(one).email)),
    ...listOf(contact.urls).flatMap((one) => some('URL', fieldsOf(one).url)),
    ...some('BDAY', contact.birthday),
    'END:VCARD',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function some(property: string, value: unknown): string[] {
  return wordOf(value) === undefined ? [] : [`${property}:${escaped(value)}`];
}

function typed(value: unknown): string {
  const type = wordOf(fieldsOf(value).type)?.replaceAll(/[^A-Za-z-]/g, '');
  return type ? `;TYPE=${type.toUpperCase()}` : '';
}

function escaped(value: unknown): string {
  return (wordOf(value) ?? '').replaceAll(/[\\;,]/g, '\\$&').replaceAll(/\r\n|\r|\n/g, '\\n');
}
