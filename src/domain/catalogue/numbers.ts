import type { Entries } from './entry.ts';

/** 214xx: numbers of the account, and the tokens of lists. */
export const NUMBERS: Entries = {
  21401: {
    parameter: 'PhoneNumber',
    meaning: 'This is no phone number.',
    causes: ['It is not in E.164 form.'],
    fixes: ['Write + and country code, then the number.'],
    reproduce: 'POST IncomingPhoneNumbers.json with PhoneNumber=abc',
  },
  21402: {
    meaning: 'A webhook URL of the number cannot be called.',
    causes: ['It has no scheme or host, or is neither http nor https.'],
    fixes: ['Give a full URL such as https://example.com/sms.'],
    reproduce: 'POST IncomingPhoneNumbers.json with SmsUrl=/sms',
  },
  21403: {
    meaning: 'A webhook method of the number is neither GET nor POST.',
    causes: ['A misspelled method.'],
    fixes: ['Use GET or POST.'],
    reproduce: 'POST IncomingPhoneNumbers.json with SmsMethod=PUT',
  },
  21405: {
    parameter: 'VoiceFallbackUrl',
    meaning: 'A fallback without a first URL would never be used.',
    causes: ['VoiceFallbackUrl is set while VoiceUrl is empty.'],
    fixes: ['Set VoiceUrl as well.'],
    reproduce: 'POST IncomingPhoneNumbers.json with VoiceFallbackUrl alone',
  },
  21406: {
    parameter: 'SmsFallbackUrl',
    meaning: 'A fallback without a first URL would never be used.',
    causes: ['SmsFallbackUrl is set while SmsUrl is empty.'],
    fixes: ['Set SmsUrl as well.'],
    reproduce: 'POST IncomingPhoneNumbers.json with SmsFallbackUrl alone',
  },
  21420: {
    meaning: 'The application cannot be used by this message or number.',
    causes: ['The SID is no AP… SID, or of another account.', 'The application was deleted.'],
    fixes: ['Use the SID of an application of this account, or leave it empty.'],
    reproduce: 'Send with ApplicationSid=AP00000000000000000000000000000000',
  },
  21421: {
    parameter: 'PhoneNumber',
    meaning: 'This cannot be a phone number of anybody.',
    causes: ['Wrong length for its country.'],
    fixes: ['Check the digits.'],
    reproduce: 'POST IncomingPhoneNumbers.json with PhoneNumber=+15005550001',
  },
  21422: {
    parameter: 'PhoneNumber',
    meaning: 'The number is taken.',
    causes: ['It is registered already, here or in another account of this server.'],
    fixes: ['Choose another, or release it first.'],
    reproduce: 'POST IncomingPhoneNumbers.json with PhoneNumber=+15005550000',
  },
  21450: {
    parameter: 'PhoneNumber',
    meaning: 'This number is already among the caller ids of the account.',
    causes: ['It was validated before.'],
    fixes: ['Use it as it is, or remove it from OutgoingCallerIds first.'],
    reproduce: 'POST OutgoingCallerIds.json with the same PhoneNumber twice',
  },
  21451: {
    parameter: 'AreaCode',
    meaning: 'This is no area code.',
    causes: ['It has not three digits, or begins with 0 or 1.'],
    fixes: ['Use a code such as 202.'],
    reproduce: 'POST IncomingPhoneNumbers.json with AreaCode=1',
  },
  21452: {
    parameter: 'AreaCode',
    meaning: 'No number is free in this area.',
    causes: ['Pidge hands out no numbers of its own; it registers those you have.'],
    fixes: ['Give PhoneNumber instead.'],
    reproduce: 'POST IncomingPhoneNumbers.json with AreaCode=533',
  },
  21454: {
    parameter: 'CallDelay',
    meaning: 'The delay of the validation call is out of range.',
    causes: ['It is no whole number of seconds, or more than a minute.'],
    fixes: ['Give 0 to 60 seconds.'],
    reproduce: 'POST OutgoingCallerIds.json with CallDelay=61',
  },
  21481: {
    parameter: 'PageToken',
    meaning: 'The list cannot be continued from here.',
    causes: ['The token was changed, cut, or made by another server.'],
    fixes: ['Follow next_page_uri as it is, or begin at first_page_uri.'],
    reproduce: 'GET Messages.json?PageToken=PAx',
  },
};
