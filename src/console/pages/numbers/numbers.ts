/** Numbers of an account as the API tells them, and what a form may change of one. */
import { useQuery } from '@tanstack/react-query';
import { twilio } from '../../api/client.ts';
import { formOf } from '../../api/form.ts';
import type { Field, FormValues } from '../../parts/resource-form.tsx';

export interface PhoneNumber {
  sid: string;
  phone_number: string;
  friendly_name: string;
  capabilities: { sms: boolean; mms: boolean; voice: boolean };
  sms_url: string;
  sms_method: string;
  sms_fallback_url: string;
  sms_fallback_method: string;
  sms_application_sid: string;
  status_callback: string;
  status_callback_method: string;
  date_created: string;
}

interface Page {
  incoming_phone_numbers: PhoneNumber[];
  next_page_uri: string | null;
}

/** Numbers shown at most; the API has more pages, the search box narrows. */
const MOST = 1000;

export const numbersKey = (account: string) => [account, 'numbers'];

/** The account's numbers, narrowed by a part of the number or of its name. */
export function useNumbers(account: string, wanted: string) {
  return useQuery({
    queryKey: [...numbersKey(account), wanted],
    async queryFn({ signal }) {
      const path = `2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json`;
      const { incoming_phone_numbers } = await twilio<Page>(account, path, { query: { PageSize: MOST }, signal });
      const part = wanted.trim().toLowerCase();
      const digits = part.replaceAll(/[\s().-]/g, '');
      return incoming_phone_numbers.filter(
        ({ phone_number, friendly_name }) =>
          part === '' || phone_number.includes(digits) || friendly_name.toLowerCase().includes(part),
      );
    },
  });
}

export function saveNumber(account: string, sid: string, form: FormValues) {
  const path = `2010-04-01/Accounts/${account}/IncomingPhoneNumbers/${sid}.json`;
  return twilio<PhoneNumber>(account, path, { method: 'POST', ...formOf(form) });
}

export function addNumber(account: string, form: FormValues) {
  const path = `2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json`;
  return twilio<PhoneNumber>(account, path, { method: 'POST', form });
}

export function removeNumber(account: string, sid: string) {
  return twilio(account, `2010-04-01/Accounts/${account}/IncomingPhoneNumbers/${sid}.json`, { method: 'DELETE' });
}

export const WEBHOOK_FIELDS: Field[] = [
  { name: 'FriendlyName', label: 'Name' },
  {
    name: 'SmsUrl',
    label: 'A message comes in: webhook',
    help: 'Asked for TwiML with each incoming message.',
    placeholder: 'http://localhost:3000/sms',
  },
  { name: 'SmsMethod', label: 'Method', kind: 'method' },
  {
    name: 'SmsFallbackUrl',
    label: 'Fallback',
    help: 'Asked when the webhook fails, with ErrorCode and ErrorUrl.',
    placeholder: 'http://localhost:3000/sms-fallback',
  },
  { name: 'SmsFallbackMethod', label: 'Fallback method', kind: 'method' },
  { name: 'SmsApplicationSid', label: 'Application', help: 'Its URLs win over those above.', placeholder: 'AP…' },
];

export const NEW_NUMBER_FIELDS: Field[] = [
  {
    name: 'PhoneNumber',
    label: 'Number',
    help: 'In E.164: + and country code first.',
    placeholder: '+12025550123',
    required: true,
  },
  ...WEBHOOK_FIELDS.slice(0, 3),
];

/** What the form shows of a number, by parameter. */
export function presentOf(number: PhoneNumber): FormValues {
  return {
    FriendlyName: number.friendly_name,
    SmsUrl: number.sms_url ?? '',
    SmsMethod: number.sms_method ?? 'POST',
    SmsFallbackUrl: number.sms_fallback_url ?? '',
    SmsFallbackMethod: number.sms_fallback_method ?? 'POST',
    SmsApplicationSid: number.sms_application_sid ?? '',
  };
}
