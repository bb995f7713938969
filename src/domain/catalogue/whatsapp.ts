import type { Entries, Entry } from './entry.ts';

/** What WhatsApp Cloud answers or tells, with the codes of Meta beside it. */
export const WHATSAPP: Entries = {
  63001: code(63001, {
    meaning: 'WhatsApp does not let this access token do what it was used for (0, 3, 10, 190, 200–299).',
    causes: ['The token lacks a permission, or was withdrawn.', 'It belongs to another business.'],
    fixes: ['Make a system user’s token with whatsapp_business_messaging, and set connectors.access_token.'],
    side: 'Pidge',
  }),
  63002: code(63002, {
    meaning: 'WhatsApp does not know the sender any more (33, 133010).',
    causes: ['The number was deleted or is not registered.', 'connectors.phone_numbers has another id for it.'],
    fixes: ['Register the number, and correct its id in connectors.phone_numbers.'],
    side: 'Pidge',
  }),
  63005: code(63005, {
    meaning: 'WhatsApp does not take a message of this kind (131051, 132068).',
    causes: ['The type is not supported for this recipient.', 'The flow behind the template is blocked.'],
    fixes: ['Send it as text, or as another type.'],
  }),
  63006: code(63006, {
    meaning: 'WhatsApp has no form for this content outside a template that it knows.',
    causes: ['A call button, more than three replies, a carousel or a catalogue in a template that was not submitted.'],
    fixes: ['Submit the template for approval, or name it in connectors.templates.'],
  }),
  63010: code(63010, {
    meaning: 'WhatsApp failed three times without saying why (1, 131000).',
    causes: ['A fault at WhatsApp.'],
    fixes: ['Send it again later, and look at the status page of WhatsApp.'],
  }),
  63011: code(63011, {
    meaning: 'WhatsApp could not read the request (100, 131008, 131009).',
    causes: ['A value is not what WhatsApp wants of it, such as a button’s title.'],
    fixes: ['Look at the note in the message’s trace, and correct the template or the message.'],
  }),
  63015: code(63015, {
    meaning: 'A test number may write to the recipients of its list alone (131030).',
    causes: ['The recipient is not on the list of the app at Meta.'],
    fixes: ['Add the recipient there, or send from a number of your own.'],
  }),
  63018: code(63018, {
    meaning: 'WhatsApp had taken the message and then held it back for its rates (4, 80007, 130429, 131048, 131056).',
    causes: ['Too many messages, or too many that people block.'],
    fixes: ['Give the sender a lower rate, and send what people want to read.'],
  }),
  63020: code(63020, {
    meaning: 'The business account at Meta cannot pay (131042).',
    causes: ['No payment method, or a limit that is reached.'],
    fixes: ['Correct the billing of the WhatsApp Business Account.'],
  }),
  63022: code(63022, {
    meaning: 'The name or the certificate of the sender is not accepted (131037, 131045).',
    causes: ['The display name waits for approval, or was refused.'],
    fixes: ['Have the display name approved and register the number again.'],
  }),
  63023: code(63023, {
    meaning: 'WhatsApp refused the message with its general error (135000).',
    causes: ['Its parameters do not fit each other.'],
    fixes: ['Look at the note in the message’s trace.'],
  }),
  63024: code(63024, {
    meaning: 'The message cannot be delivered to this recipient (131026).',
    causes: ['The number is not on WhatsApp.', 'The app there is too old, or its terms were not accepted.'],
    fixes: ['Ask the person for the number they use on WhatsApp, or send an SMS.'],
    reproduce: 'Send to whatsapp:+15005563024',
  }),
  63027: code(63027, {
    meaning: 'WhatsApp has no such template in this language (132001, 134102).',
    causes: ['It has another name or language there, or is not approved yet.'],
    fixes: ['Correct name and language of the approval request, or name it in connectors.templates.'],
  }),
  63032: code(63032, {
    meaning: 'WhatsApp holds messages back from this person for an experiment of its own (130472).',
    causes: ['A choice of Meta’s; nothing is wrong with the message.'],
    fixes: ['Reach the person another way.'],
    reproduce: 'Send to whatsapp:+15005563032',
  }),
  63033: code(63033, {
    meaning: 'The person wants no marketing messages from you (131050).',
    causes: ['They have said so in WhatsApp.'],
    fixes: ['Send them no marketing templates.'],
    reproduce: 'Send to whatsapp:+15005563033',
  }),
  63037: code(63037, {
    meaning: 'WhatsApp could not use the file (131053).',
    causes: ['Its address does not lead to it, or its type or size is not allowed.'],
    fixes: ['Check the file, and whether WhatsApp reaches http.public_url; or set connectors.media = "upload".'],
  }),
  63049: code(63049, {
    meaning: 'Meta chose not to deliver this marketing message (131049).',
    causes: ['The person gets many of them.'],
    fixes: ['Do not repeat it at once; it may go another day.'],
    reproduce: 'Send to whatsapp:+15005563049',
  }),
  63051: code(63051, {
    meaning: 'The WhatsApp Business Account is locked (131031).',
    causes: ['A policy was broken, or the account could not be verified.'],
    fixes: ['Look into the WhatsApp Manager for the reason, and appeal there.'],
  }),
  63062: code(63062, {
    meaning: 'The terms of the Marketing Messages API were not accepted (134011).',
    causes: ['Nobody at your business has accepted them yet.'],
    fixes: ['Accept them in the WhatsApp Manager.'],
  }),
};

/** All come later, from the carrier, and a phone can bring any of them about. */
function code(number: number, entry: Omit<Entry, 'reproduce'> & { reproduce?: string }): Entry {
  const reproduce = `PUT /_test/v1/default/phones/+12025550101 {"behave": {"undelivered": ${number}}}, then send to it`;
  return { status: null, when: 'async', side: 'the carrier', reproduce, ...entry };
}
