import type { Entries } from './entry.ts';

const later = { status: null, when: 'async' } as const;

/** What WhatsApp, Messenger and RCS refuse. What is wrong with media is among the media. */
export const CHANNELS: Entries = {
  63007: {
    parameter: 'From',
    meaning: 'This account has no such sender on the channel.',
    causes: ['The sender is not registered, or belongs to another account.', 'The prefix is missing or misspelled.'],
    fixes: ['Register it: [[senders]] in pidge.toml, or POST /v2/Channels/Senders.'],
    reproduce: 'Send from whatsapp:+12025550199',
  },
  63013: {
    ...later,
    meaning: 'The channel refuses what a placeholder of the template is filled with.',
    causes: ['A value has a line end, a tab, or more than four spaces in a row.'],
    fixes: ['Put line ends into the template, not into ContentVariables.'],
    reproduce: 'Send a template to whatsapp:+12025550101 with ContentVariables={"1":"two\\nlines"}',
  },
  63016: {
    ...later,
    meaning: 'The recipient has not written to this sender within 24 hours, so a free text is not carried.',
    causes: [
      'The person never wrote, or more than a day ago.',
      'The template was not submitted for approval, or is of a type that cannot open a conversation.',
    ],
    fixes: [
      'Send an approved template with ContentSid.',
      'On a laptop, let the phone write first: pidge phone send +12025550102 Hi --channel whatsapp.',
      'Set channels.session_window = "ignore" to try things out without the window.',
    ],
    reproduce: 'Send from whatsapp:+12025550100 to whatsapp:+12025550102, who never wrote',
  },
  63028: {
    ...later,
    meaning: 'A placeholder of the template has no value.',
    causes: ['ContentVariables lacks it, and the template has no default for it.'],
    fixes: ['Fill every placeholder, or give the template sample values (variables).'],
    reproduce: 'Send a template with {{1}} to whatsapp:+12025550101 without ContentVariables',
  },
  63031: {
    parameter: 'To',
    meaning: 'A channel carries nothing from an address to itself.',
    causes: ['To and From are the same.'],
    fixes: ['Send to another address.'],
    reproduce: 'Send from whatsapp:+12025550100 to itself',
  },
  63040: {
    ...later,
    meaning: 'The template was rejected, and the recipient has not written within 24 hours.',
    causes: ['Whoever approves templates has refused it.'],
    fixes: ['Make another template and submit it.'],
    reproduce: 'PUT /_test/v1/default/templates/{HX…} with {"status": "rejected"}, then send it',
  },
  63041: {
    ...later,
    meaning: 'The template is paused, and the recipient has not written within 24 hours.',
    causes: ['Too many recipients have complained of it.'],
    fixes: ['Wait until it is approved again, or send another one.'],
    reproduce: 'PUT /_test/v1/default/templates/{HX…} with {"status": "paused"}, then send it',
  },
  63042: {
    ...later,
    meaning: 'The template is disabled, and the recipient has not written within 24 hours.',
    causes: ['It was paused too often.'],
    fixes: ['Make another template and submit it.'],
    reproduce: 'PUT /_test/v1/default/templates/{HX…} with {"status": "disabled"}, then send it',
  },
};
