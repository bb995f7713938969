import type { Entries } from './entry.ts';

/** Consent uploaded in bulk: what an item of it can be refused with, and what a message without it ends with. */
export const CONSENT: Entries = {
  30630: {
    status: null,
    when: 'async',
    side: 'your request',
    meaning: 'The recipient has taken back their consent for this sender, as it was uploaded.',
    causes: ['POST /v1/Consents/Bulk told of an opt-out.'],
    fixes: ['Respect it. START of the recipient, or an uploaded opt-in, takes it away.'],
    reproduce: 'Upload a consent with status opt-out for the recipient, then send',
  },
  30646: {
    meaning: 'An item of an upload of consent cannot be taken. The others of the same request are not concerned.',
    causes: ['One of its fields is wrong: error_messages of the item names which, as INVALID_CONTACT_ID does.'],
    fixes: ['Correct the item and upload it again.'],
    reproduce: 'POST /v1/Consents/Bulk with Items={}',
  },
  30647: {
    meaning: 'An item of an upload of contacts cannot be taken. The others of the same request are not concerned.',
    causes: ['One of its fields is wrong: error_messages of the item names which, as INVALID_ZIP_CODE does.'],
    fixes: ['Correct the item and upload it again.'],
    reproduce: 'POST /v1/Contacts/Bulk with Items={}',
  },
};
