import { describe, expect, it } from 'vitest';
import { CODES } from './catalogue.ts';
import { ApiError, deliveryErrorName, errorBody, printable, refuse } from './errors.ts';

const REQUEST = 'RQ00000000000000000000000000000001';

describe('a refusal', () => {
  it.each([
    [20003, 401],
    [20004, 405],
    [20006, 403],
    [20009, 409],
    [20404, 404],
    [20413, 413],
    [20422, 400],
    [20429, 429],
    [20500, 500],
    [20501, 501],
    [20503, 503],
    [21211, 400],
    [21481, 400],
    [21611, 429],
    [21701, 404],
    [21705, 400],
    [30409, 409],
    [35114, 400],
  ])('%d is HTTP %d', (code, status) => expect(refuse(code).status).toBe(status));

  const account = 'AC00000000000000000000000000000001';
  const values = { To: '+1', From: '+12025550100', AccountSid: account, path: '/x.json', urls: 'file:///a' };
  it.each([
    [20003, 'Authenticate'],
    [20009, 'Cannot delete message because delivery has not been completed.'],
    [20404, 'The requested resource /x.json was not found'],
    [20429, 'Too Many Requests'],
    [21211, "The 'To' number +1 is not a valid phone number."],
    [21212, "The 'From' number +12025550100 is not a valid phone number, shortcode, or alphanumeric sender ID."],
    [21266, "'To' and 'From' number cannot be the same: +1"],
    [21603, "A 'From' phone number is required."],
    [21604, "A 'To' phone number is required."],
    [
      21606,
      'The From phone number +12025550100 is not a valid, SMS-capable inbound phone number or short code for your account.',
    ],
    [21610, 'Attempt to send to unsubscribed recipient'],
    [21611, "This 'From' number has exceeded the maximum number of queued messages"],
    [
      21612,
      "The 'To' phone number: +1, is not currently reachable using the 'From' phone number: +12025550100 via SMS.",
    ],
    [21614, 'To number: +1, is not a mobile number'],
    [21617, 'The concatenated message body exceeds the 1600 character limit'],
    [21620, 'Media urls: file:///a are invalid. Please use only valid http and https urls'],
    [21659, "'From' +12025550100 is not a Twilio phone number or Short Code country mismatch"],
    [21660, `Mismatch between the 'From' number +12025550100 and the account ${account}`],
    [21701, 'The Messaging Service does not exist'],
    [21910, 'Invalid From and To pair. From and To should be of the same channel'],
    [35118, 'MessagingServiceSid is required to schedule a message'],
  ])('%d says it in the words of the wire', (code, message) => expect(refuse(code, values).message).toBe(message));

  it('20001 names the parameter at fault', () => {
    expect(refuse(20001, {}, { parameter: 'PageSize' }).message).toBe('Invalid value for PageSize');
  });

  it('never shows a brace, whatever is missing', () => {
    for (const code of CODES) expect(refuse(code).message, String(code)).toMatch(/^[^{}]+$/);
  });

  it('takes free words where the text is free', () => {
    const text = 'Authentication Error - No credentials provided';
    expect(refuse(20003, { text })).toMatchObject({ message: text, status: 401 });
  });

  it('knows parameter and value from the sentence alone', () => {
    expect(refuse(21211, { To: '+1' }).details).toMatchObject({
      parameter: 'To',
      received: '+1',
      help: '/errors/21211',
    });
    expect(refuse(21620, { urls: 'x' }).details).toMatchObject({ parameter: 'MediaUrl', received: 'x' });
  });

  it('fills the sentence from the details alone', () => {
    expect(refuse(21211, {}, { parameter: 'To', received: '+1' }).message).toContain('number +1 is');
    expect(refuse(21620, {}, { received: 'x' }).message).toContain('urls: x are');
  });

  it('does not put the received value where another parameter belongs', () => {
    expect(refuse(21660, {}, { received: '+1' }).message).toBe("Mismatch between the 'From' number and the account");
  });

  it('prefers the remedy of the place over the one of the catalogue', () => {
    expect(refuse(21659, {}, { fix: 'Yours: +12025550100' }).details?.fix).toBe('Yours: +12025550100');
    expect(refuse(21659).details?.fix).toMatch(/register/);
  });

  it('does not find inherited properties among the values', () => {
    expect(refuse(20001, {}, { parameter: 'constructor' }).details).not.toHaveProperty('received');
  });

  it('may have another status where a code has two', () => {
    const refusal = refuse(20422, {}, { status: 415 });
    expect(refusal.status).toBe(415);
    expect(refusal.details).not.toHaveProperty('status');
  });

  it('is an Error, and a number that is no code is a bug', () => {
    expect(refuse(21211)).toBeInstanceOf(ApiError);
    expect(refuse(21211)).toBeInstanceOf(Error);
    expect(() => refuse(1)).toThrow(/not a code/);
  });
});

describe('the body', () => {
  it('has the four members of the wire, and details as an object', () => {
    expect(errorBody(refuse(21604), REQUEST)).toEqual({
      code: 21604,
      message: "A 'To' phone number is required.",
      more_info: 'https://www.twilio.com/docs/errors/21604',
      status: 400,
      details: { parameter: 'To', fix: 'Give To.', help: '/errors/21604', request: REQUEST },
    });
  });

  it('never looks like a problem document', () => {
    for (const code of CODES) {
      const body = errorBody(refuse(code), REQUEST);
      expect(body).not.toHaveProperty('type');
      expect(body).not.toHaveProperty('title');
    }
  });

  it('leaves details out when there are none', () => {
    expect(errorBody(new ApiError(20500, 500, 'Internal Server Error'), REQUEST)).not.toHaveProperty('details');
  });
});

describe('printable text', () => {
  it('shows controls, lone surrogates and bidi controls instead of carrying them', () => {
    expect(printable('a\u0000b\n\ud800\u202e')).toBe('a\\u0000b\\u000a\\ud800\\u202e');
    expect(refuse(21211, { To: '+1\u0000' }).message).toContain('+1\\u0000');
  });

  it('keeps letters of all scripts and joined emoji', () => {
    expect(printable('Zürich 日本 👩‍👩‍👧')).toBe('Zürich 日本 👩‍👩‍👧');
  });

  it('is cut to 120 characters, never inside one', () => {
    expect(printable('x'.repeat(120))).toHaveLength(120);
    expect(printable('x'.repeat(1_000_000))).toBe(`${'x'.repeat(119)}…`);
    expect(printable(`${'x'.repeat(118)}💬💬`)).toBe(`${'x'.repeat(118)}…`);
    expect(refuse(21211, { To: '9'.repeat(5000) }).details?.received).toHaveLength(120);
  });
});

describe('error_message', () => {
  it('is the name of the code', () => {
    expect(deliveryErrorName(30003)).toBe('Unreachable destination handset');
    expect(deliveryErrorName(30007)).toBe('Carrier violation');
  });
  it('of an unknown code is that of 30008', () => expect(deliveryErrorName(1)).toBe(deliveryErrorName(30008)));
});
