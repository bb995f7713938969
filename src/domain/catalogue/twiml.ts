import type { Entries, Entry } from './entry.ts';

type Words = Pick<Entry, 'meaning' | 'causes' | 'fixes' | 'reproduce'>;

/** Told of your answer to an inbound message, never as an answer to a request. */
const ofAnswer = (words: Words): Entry => ({ status: null, when: 'async', side: 'your endpoint', ...words });

/** 117xx, 12xxx, 14xxx: what was wrong with the TwiML that your app answered. And what fails a message that came in. */
export const TWIML: Entries = {
  11770: ofAnswer({
    meaning: 'Your endpoint answered with nothing in it: no reply was sent, or (of a MediaUrl) the message failed.',
    causes: ['The route returns before it has written its TwiML.', 'The file at the MediaUrl is empty.'],
    fixes: ['Answer 204, or <Response/>, when you do not want to reply; open a MediaUrl with curl -i.'],
    reproduce: 'Answer an inbound message with 200 and an empty body',
  }),
  12100: ofAnswer({
    meaning: 'Your answer is no XML that Pidge takes. The fallback URL was asked.',
    causes: [
      'A tag that is not closed, or an & that is not written &amp;.',
      'White space or a byte before <?xml.',
      'A DOCTYPE, an entity beyond the five, or too deep a document.',
      'Bytes that are not in the charset they are said to be in (UTF-8 where nothing is said), or UTF-16 without a byte order mark.',
    ],
    fixes: ['Make TwiML with the library of your SDK: it escapes what has to be.'],
    reproduce: 'Answer an inbound message with <Response><Message>R&D</Message></Response>',
  }),
  12101: ofAnswer({
    meaning: 'Your answer says it is another version of XML than 1.0. The fallback URL was asked.',
    causes: ['version="1.1" in the first line.'],
    fixes: ['Write <?xml version="1.0" encoding="UTF-8"?>.'],
    reproduce: 'Answer an inbound message with <?xml version="1.1"?><Response/>',
  }),
  12102: ofAnswer({
    meaning: 'Your answer is XML, but no TwiML: its root is not <Response>. The fallback URL was asked.',
    causes: ['An HTML page, often of an error or a log-in.', '<response> in lower case.'],
    fixes: ['Put your verbs into <Response>.'],
    reproduce: 'Answer an inbound message with <html/>',
  }),
  12200: ofAnswer({
    meaning: 'Your TwiML holds something that TwiML does not know. It was skipped, the rest was carried out.',
    causes: ['A verb or attribute that is misspelled or in the wrong case.', 'Text outside of a verb.'],
    fixes: ['Names are case-sensitive: <Message>, statusCallback.'],
    reproduce: 'Answer an inbound message with <Response><message>Hi</message></Response>',
  }),
  12300: ofAnswer({
    meaning:
      'Your answer is of a type that Pidge cannot read as a reply (the fallback URL was asked), or a MediaUrl is of no type that may be sent.',
    causes: [
      'No Content-Type.',
      'JSON in place of TwiML.',
      'A charset that is not known.',
      'A MediaUrl that leads to a page and not to the file, or to a zip, svg or webp. Its bytes count, not its header.',
    ],
    fixes: [
      'Answer with Content-Type: text/xml, or text/plain for a text alone.',
      'Give the address of the file itself; convert it to jpeg, png, gif, mp4 or pdf.',
    ],
    reproduce: 'Answer an inbound message with application/json, or send with MediaUrl=https://example.com/',
  }),
  14101: ofAnswer({
    meaning: 'The to of a <Message> is no address. The reply was not sent.',
    causes: ['A number without + and country code.'],
    fixes: ['Leave to out: the reply goes to whoever wrote.'],
    reproduce: 'Answer an inbound message with <Response><Message to="abc">Hi</Message></Response>',
  }),
  14102: ofAnswer({
    meaning: 'The from of a <Message> is no sender of this account. The reply was not sent.',
    causes: ['It is malformed, or belongs to somebody else.'],
    fixes: ['Leave from out: the reply comes from what was written to.'],
    reproduce: 'Answer an inbound message with <Response><Message from="+12025559999">Hi</Message></Response>',
  }),
  14103: ofAnswer({
    meaning: 'The text of a reply cannot be sent.',
    causes: ['It is empty and there are no media.', 'It has more than 1600 characters.'],
    fixes: ['Give it text, or cut it into several <Message>.'],
    reproduce: 'Answer an inbound message with <Response><Message/></Response>',
  }),
  14104: ofAnswer({
    meaning: 'The method of a verb is neither GET nor POST. The verb was skipped.',
    causes: ['PUT, DELETE or a misspelling.'],
    fixes: ['Write GET or POST, or leave it out: POST.'],
    reproduce: 'Answer an inbound message with <Response><Redirect method="PUT">/next</Redirect></Response>',
  }),
  14105: ofAnswer({
    meaning: 'The statusCallback of a <Message> is no URL that can be called. The reply was not sent.',
    causes: ['Another scheme than http and https.', 'An underscore in the host name.'],
    fixes: ['Give a full URL, or a path on the same host.'],
    reproduce: 'Answer an inbound message with <Response><Message statusCallback="ftp://x">Hi</Message></Response>',
  }),
  14106: ofAnswer({
    meaning: 'One inbound message led to 50 documents. No more were asked for.',
    causes: ['A <Redirect> that leads back to itself.', 'An action that orders a message with the same action.'],
    fixes: ['End the chain: answer <Response/>.'],
    reproduce: 'Answer an inbound message with <Response><Redirect/></Response>',
  }),
  14107: ofAnswer({
    meaning: 'Too many replies went between the same two numbers in a row. This one was dropped.',
    causes: ['The other side is a machine as well, and the two answer each other.'],
    fixes: ['Do not answer automatic replies; it goes on after 30 seconds of silence.'],
    reproduce: 'Let a phone write 16 times within a few seconds to an app that always replies',
  }),
  14108: ofAnswer({
    meaning: 'The from of a <Message> cannot send texts. The reply was not sent.',
    causes: ['A number without SMS.'],
    fixes: ['Leave from out, or name a number with SMS.'],
    reproduce: 'Name a number without SMS in from',
  }),
  14109: ofAnswer({
    meaning: 'More than 10 replies were ordered for one inbound message. The first 10 were sent.',
    causes: ['A <Message> for each of a list of people.'],
    fixes: ['Send them with the API instead.'],
    reproduce: 'Answer an inbound message with eleven <Message>',
  }),
  14110: ofAnswer({
    meaning: 'Your answer to a text holds a verb for calls. It was skipped.',
    causes: ['The URL of the voice app stands where that of the messages should.'],
    fixes: ['Use <Message> and <Redirect>.'],
    reproduce: 'Answer an inbound message with <Response><Say>Hi</Say></Response>',
  }),
  14111: ofAnswer({
    meaning: 'A trial account replied to a number that it has not validated. The reply was not sent.',
    causes: ['The account is of type Trial.'],
    fixes: ['Validate the number: POST OutgoingCallerIds.json.'],
    reproduce: 'Reply from a trial account to a number that is not validated',
  }),
  30009: {
    status: null,
    when: 'async',
    side: 'the carrier',
    meaning: 'A long inbound message came without all of its parts. Your app was not asked.',
    causes: ['The carrier lost a part, or was more than 120 seconds late with it.'],
    fixes: ['Ask the writer to send it again.'],
    reproduce: 'Hand in one part of two, and wait for 120 seconds',
  },
  30039: {
    status: null,
    when: 'async',
    side: 'your endpoint',
    meaning: 'Two of your own numbers answered each other again and again. The message was dropped.',
    causes: ['Both have an app that always replies.'],
    fixes: ['Do not answer messages that come from your own numbers.'],
    reproduce: 'Let two numbers whose apps always reply write to each other',
  },
};
