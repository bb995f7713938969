import type { Entries } from './entry.ts';

const later = { status: null, when: 'async', side: 'your endpoint' } as const;

/** Why a message failed of its media. What the way to them can be wrong about is among the webhooks. */
export const MEDIA: Entries = {
  11751: {
    ...later,
    meaning: 'A file is larger than may be sent, or all of them together are.',
    causes: [
      'A jpeg, png or gif beyond 5 MB, another type beyond 500 KB, or more than 5 MB in one message.',
      'It is packed (gzip) and unpacks to more than that, or to a hundred times itself.',
    ],
    fixes: ['Shrink the file, or send a link in the text.'],
    reproduce: 'Send with the MediaUrl of a picture of 6 MB',
  },
  30011: {
    ...later,
    side: 'your request',
    meaning: 'The country of the recipient gets no MMS.',
    causes: ['MMS from a number, or through a service whose MmsConverter is off, to a country without.'],
    fixes: ['Send through a service with MmsConverter, which sends links; or widen limits.mms_countries.'],
    reproduce: 'Send with MediaUrl from a US number to +447700900123',
  },
  63019: {
    ...later,
    meaning: 'A file for a channel could not be fetched.',
    causes: ['What 11200 and its neighbours say of MMS. The trace of the message has the cause.'],
    fixes: ['Open the address with curl -i from where the server runs.'],
    reproduce: 'Send to whatsapp:+12025550101 with a MediaUrl that answers 404',
  },
  63021: {
    ...later,
    meaning: 'A file is of no type that the channel takes, or a text is longer than it takes.',
    causes: ['A page in place of a file, or a type such as zip.', 'A text of more than 1024 characters on WhatsApp.'],
    fixes: ['Give the address of the file itself, in a type that the channel takes.', 'Shorten the text.'],
    reproduce: 'Send to whatsapp:+12025550101 with MediaUrl=https://example.com/',
  },
  63034: {
    ...later,
    meaning: 'A file is larger than the channel takes.',
    causes: ['A picture beyond 5 MB, or another file beyond 16 MB.'],
    fixes: ['Shrink the file, or send a link in the text.'],
    reproduce: 'Send to whatsapp:+12025550101 with the MediaUrl of a picture of 6 MB',
  },
};
