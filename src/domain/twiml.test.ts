import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { writeTwiml } from '../../tests/helpers/write-twiml.ts';
import { MOST_DOCUMENTS, NEW_SESSION, openDocument, type ReplySession, takeVerbs } from './reply-session.ts';
import { readAnswer, type WebhookAnswer } from './twiml.ts';
import type { MessageVerb, Verb } from './twiml-shapes.ts';

const URL_OF_IT = 'https://user:pw@example.com/sms/in?x=1#rc=2';
const bytes = (text: string) => new TextEncoder().encode(text);

function answer(body: string | Uint8Array, contentType: string | null = 'text/xml', status = 200): WebhookAnswer {
  return { status, contentType, body: typeof body === 'string' ? bytes(body) : body, url: URL_OF_IT };
}
const read = (inner: string) => readAnswer(answer(`<Response>${inner}</Response>`));

function verbsOf(inner: string): Verb[] {
  const result = read(inner);
  if (!result.ok) throw new Error(result.why);
  expect(result.warnings).toEqual([]);
  return result.verbs;
}

function codesOf(inner: string): number[] {
  const result = read(inner);
  return result.ok ? result.warnings.map(({ code }) => code) : [result.code];
}

function message(change: Partial<MessageVerb> = {}): MessageVerb {
  const nothing = { to: null, from: null, media: [], action: null, statusCallback: null };
  return { kind: 'message', body: 'Hi', method: 'POST', ...nothing, ...change };
}

describe('a document', () => {
  it.each(['text/xml', 'application/xml', 'text/html; charset=utf-8', 'Text/XML;charset="UTF-8"'])(
    'is read as %s',
    (type) => {
      expect(readAnswer(answer('<Response><Message>Hi</Message></Response>', type))).toEqual({
        ok: true,
        verbs: [message()],
        warnings: [],
      });
    },
  );

  it('may order several messages, with every attribute, and the older name', () => {
    const attributes =
      'to="+1 (202) 555-0101" from="76767" action="/next" method="GET" statusCallback="../status?a=1&amp;b=2#rc=1"';
    expect(verbsOf(`<Message ${attributes}>Hi</Message><!-- then --><Sms>Ho</Sms>`)).toEqual([
      message({
        to: '+12025550101',
        from: '76767',
        action: 'https://user:pw@example.com/next',
        method: 'GET',
        statusCallback: 'https://user:pw@example.com/status?a=1&b=2#rc=1',
      }),
      message({ body: 'Ho' }),
    ]);
  });

  it('trims the outside of a text and keeps its inside', () => {
    expect(verbsOf('<Message>\n  one \r\n  two\u00a0 </Message>')).toEqual([message({ body: 'one \n  two\u00a0' })]);
  });

  it('takes an empty URL attribute for none', () => {
    expect(verbsOf('<Message action="" statusCallback=" ">Hi</Message>')).toEqual([message()]);
  });

  it('decodes entities, references and CDATA, and comments leave no gap', () => {
    expect(verbsOf('<Message>&lt;&amp;&gt;&quot;&apos; &#65;&#x1F600;<![CDATA[<b>]]> o<!-- x -->ne</Message>')).toEqual(
      [message({ body: `<&>"' A😀<b> one` })],
    );
  });

  it('may hold processing instructions, which are for others', () => {
    const text =
      '<?xml version="1.0"?>\n<?xml-stylesheet href="a.xsl"?><Response><Message>H<?php 1?>i</Message></Response><?x?>';
    expect(readAnswer(answer(text))).toEqual({ ok: true, verbs: [message()], warnings: [] });
  });

  it('takes body and media as nouns, or text beside media', () => {
    const media = ['https://example.com/a.png', 'https://example.com/b.png'];
    const nouns = media.map((url) => `<Media> ${url} </Media>`).join('');
    expect(verbsOf(`<Message> <Body> Hi </Body>\n${nouns}</Message>`)).toEqual([message({ media })]);
    expect(verbsOf(`<Message>Hi${nouns}</Message>`)).toEqual([message({ media })]);
    expect(verbsOf(`<Message>${nouns}</Message>`)).toEqual([message({ media, body: '' })]);
  });

  it('ends at a redirect, which may be relative or to itself', () => {
    const redirect = { kind: 'redirect', method: 'POST' };
    expect(verbsOf('<Message>Hi</Message><Redirect>next</Redirect><Message>never</Message>')).toEqual([
      message(),
      { ...redirect, url: 'https://user:pw@example.com/sms/next' },
    ]);
    expect(verbsOf('<Redirect method="get">http://other.example/</Redirect>')).toEqual([
      { ...redirect, method: 'GET', url: 'http://other.example/' },
    ]);
    expect(verbsOf('<Redirect/>')).toEqual([{ ...redirect, url: 'https://user:pw@example.com/sms/in?x=1' }]);
  });

  it('of the official library is understood', () => {
    const response = new twilio.twiml.MessagingResponse();
    response.commentBefore('hello');
    const one = response.message({ to: '+12025550101', action: 'https://example.com/a?b=1&c=2' }, 'Grüße & <3 😀');
    one.media('https://example.com/a.png?x=1&y=2');
    response.message('two').body('more');
    response.redirect({ method: 'GET' }, '/next');
    const result = readAnswer(answer(response.toString()));
    expect(result).toMatchObject({
      ok: true,
      verbs: [
        { to: '+12025550101', body: 'Grüße & <3 😀', media: ['https://example.com/a.png?x=1&y=2'] },
        { body: 'two\nmore' },
        { kind: 'redirect', url: 'https://user:pw@example.com/next' },
      ],
      warnings: [{ code: 12200, why: '2 texts in one <Message>, joined by line ends' }],
    });
  });

  it('may say nothing', () => {
    expect(verbsOf('')).toEqual([]);
    expect(readAnswer(answer('<?xml version="1.0" encoding="UTF-8"?>\n<Response/>'))).toEqual({
      ok: true,
      verbs: [],
      warnings: [],
    });
  });
});

describe('what a document has too much or wrong is skipped with a warning', () => {
  it.each([
    ['<Message>Hi</Message><message>x</message>', 12200],
    ['<Message>Hi</Message><Foo><Message>inside</Message></Foo>', 12200],
    ['<Message sender="x">Hi</Message>', 12200],
    ['<Message TO="x">Hi</Message>', 12200],
    ['<Message>Hi<b>bold</b></Message>', 12200],
    ['<Message><Body>Hi<i/></Body></Message>', 12200],
    ['<Message>Hi<Media>/a.png</Media></Message>', 12200],
    ['<Message>Hi<Media>ftp://example.com/a.png</Media></Message>', 12200],
    ['stray<Message>Hi</Message>', 12200],
    ['<Say>Hello</Say><Message>Hi</Message>', 14110],
    ['<Message>Hi</Message><Message to="abc">x</Message>', 14101],
    ['<Message>Hi</Message><Message from="not a sender at all">x</Message>', 14102],
    ['<Message>Hi</Message><Message> </Message>', 14103],
    [`<Message>Hi</Message><Message>${'x'.repeat(1601)}</Message>`, 14103],
    ['<Message>Hi</Message><Message method="PUT">x</Message>', 14104],
    ['<Message>Hi</Message><Redirect method="DELETE">/x</Redirect>', 14104],
    ['<Message>Hi</Message><Message statusCallback="ftp://example.com">x</Message>', 14105],
    ['<Message>Hi</Message><Message statusCallback="https://a_b.example/">x</Message>', 14105],
    ['<Message action="javascript:alert(1)">Hi</Message>', 11100],
    ['<Message>Hi</Message><Redirect>https://</Redirect>', 11100],
  ])('%s', (inner, code) => {
    expect(read(inner)).toMatchObject({ ok: true, verbs: [message()], warnings: [{ code }] });
  });

  it('says where, and what was meant', () => {
    expect(read('\n<Message>Hi</Message>\n  <message>x</message>')).toMatchObject({
      warnings: [{ code: 12200, why: 'unknown verb message; write Message', line: 3, column: 12 }],
    });
  });

  it('takes 1600 characters and 10 media', () => {
    expect(verbsOf(`<Message>${'😀'.repeat(800)}</Message>`)).toHaveLength(1);
    const media = '<Media>https://example.com/a.png</Media>';
    expect(read(`<Message>${media.repeat(11)}</Message>`)).toMatchObject({
      verbs: [{ media: { length: 10 } }],
      warnings: [{ code: 12200 }],
    });
  });

  it('tells 20 warnings and no more, and with the last how many there were', () => {
    const result = read('<Foo/>'.repeat(500));
    const whys = result.ok ? result.warnings.map(({ why }) => why) : [];
    expect(whys).toHaveLength(20);
    expect(whys[18]).not.toContain('more');
    expect(whys[19]).toMatch(/ \(and 480 more of this document\)$/);
  });

  it('leaves attributes that only serve XML alone', () => {
    const text =
      '<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:a="b" xml:lang="de"><Message>Hi</Message></Response>';
    expect(readAnswer(answer(text))).toEqual({ ok: true, verbs: [message()], warnings: [] });
  });
});

describe('refused', () => {
  it.each([
    ['', 'Hello'],
    ['', '<Response>'],
    ['', '<Response><Message>Hi</Response>'],
    ['', '<Response/><Response/>'],
    ['', '\n<?xml version="1.0"?><Response/>'],
    ['', '<Response>&nbsp;</Response>'],
    ['inherited names are no entities', '<Response><Message>&constructor;&toString;</Message></Response>'],
    ['', '<Response a="1" a="2"/>'],
    ['', '<Response>&#0;</Response>'],
    ['', '<Response>\u0001</Response>'],
    ['', '<Response>R&D</Response>'],
    ['a DOCTYPE', '<!DOCTYPE Response><Response/>'],
    [
      'a billion laughs',
      '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Response><Message>&b;</Message></Response>',
    ],
    ['an external entity', '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><Response>&x;</Response>'],
    ['an XML declaration that comes late', '<Response><?xml version="1.0"?></Response>'],
    ['21 levels', `<Response>${'<a>'.repeat(20)}${'</a>'.repeat(20)}</Response>`],
    ['1001 elements', `<Response>${'<a/>'.repeat(1000)}</Response>`],
  ])('%s %j', (_, text) => {
    expect(readAnswer(answer(text))).toEqual({
      ok: false,
      code: 12100,
      why: expect.any(String),
      line: expect.any(Number),
      column: expect.any(Number),
    });
  });

  it.each([
    ['<?xml version="1.0" encoding="utf-16"?><Response/>', 'utf-16 without a byte order mark'],
    ['<?xml version="1.0" encoding="x-none"?><Response><Message>é</Message></Response>', 'charset x-none is not known'],
  ])('the encoding of %s', (text, why) => {
    expect(readAnswer(answer(text))).toMatchObject({ ok: false, code: 12100, why });
  });

  it('at the edge of its limits it is taken', () => {
    expect(codesOf(`${'<a>'.repeat(19)}${'</a>'.repeat(19)}`)).toEqual([12200]);
    expect(codesOf('<a/>'.repeat(999))).not.toContain(12100);
    expect(readAnswer(answer('<?xml version="1.0" encoding="ISO-8859-1"?><Response/>'))).toMatchObject({ ok: true });
    expect(readAnswer(answer('<Response/>', 'text/html;charset=x-none'))).toMatchObject({ ok: true });
  });

  it.each([
    ['<?xml version="1.1"?><Response/>', 12101],
    [`<?xml version = '2.0' ?><Response/>`, 12101],
    ['<html><body>Oops</body></html>', 12102],
    ['<response/>', 12102],
    [`<Response>${' '.repeat(65_536)}</Response>`, 11750],
    // References count as they stand, not as what they stand for.
    [`<Response><Message>${'&#65;'.repeat(13_200)}</Message></Response>`, 11750],
  ])('%s', (text, code) => expect(readAnswer(answer(text.slice(0, 70_000)))).toMatchObject({ ok: false, code }));

  it('says where', () => {
    expect(readAnswer(answer('<Response>\n <Message>R&D</Message></Response>'))).toMatchObject({ line: 2 });
  });

  it.each([
    ['application/json', '{}'],
    ['image/png', 'x'],
    ['', '<Response/>'],
    [null, '<Response/>'],
    ['text/xml; charset=x-none', '<Response><Message>é</Message></Response>'],
    ['text/plain; charset=utf-16', 'Hi'],
  ])('type %s', (type, body) => expect(readAnswer(answer(body, type))).toMatchObject({ ok: false, code: 12300 }));

  it.each([199, 300, 304, 404, 500, 503])('status %i', (status) => {
    expect(readAnswer(answer('<Response/>', 'text/xml', status))).toMatchObject({ ok: false, code: 11200 });
  });

  it('bytes that are not in their charset', () => {
    const broken = Uint8Array.of(...bytes('<Response><Message>'), 0xe9, ...bytes('</Message></Response>'));
    expect(readAnswer(answer(broken))).toMatchObject({ ok: false, code: 12100 });
    expect(readAnswer(answer(Uint8Array.of(0xff, 0xfe, 0x3c)))).toMatchObject({ ok: false, code: 12100 });
    expect(readAnswer(answer(broken, 'text/plain'))).toMatchObject({ ok: false, code: 12100 });
  });
});

describe('the charset of an answer', () => {
  const document = (text: string, encoding?: string) =>
    `<?xml version="1.0"${encoding ? ` encoding="${encoding}"` : ''}?><Response><Message>${text}</Message></Response>`;
  const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
  const utf16 = (text: string) => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le'));
  const swapped = (text: string) => Uint8Array.from(Buffer.from(`\ufeff${text}`, 'utf16le').swap16());

  it.each([
    ['the header', 'text/xml; charset=ISO-8859-1', latin1(document('Grüße')), 'Grüße'],
    ['the declaration', 'text/xml', latin1(document('Grüße', 'ISO-8859-1')), 'Grüße'],
    ['the declaration', 'text/xml', latin1(document('5 \x80', 'windows-1252')), '5 €'],
    ['the header before the declaration', 'text/xml; charset="utf-8"', bytes(document('Grüße', 'latin1')), 'Grüße'],
    ['the byte order mark', 'text/xml', utf16(document('Grüße 😀', 'UTF-16')), 'Grüße 😀'],
    ['the byte order mark', 'text/xml; charset=utf-16', swapped(document('Grüße 😀')), 'Grüße 😀'],
    ['the mark before the header', 'text/xml; charset=latin1', bytes(`\ufeff${document('Grüße')}`), 'Grüße'],
    ['the header of plain text', 'text/plain; charset=iso-8859-1', latin1('Grüße'), 'Grüße'],
    ['the mark of plain text', 'text/plain', utf16('Grüße'), 'Grüße'],
    ['nobody', 'text/plain', bytes(document('Grüße', 'latin1')), document('Grüße', 'latin1')],
  ])('is told by %s: %s', (_, type, body, text) => {
    expect(readAnswer(answer(body, type))).toEqual({ ok: true, verbs: [message({ body: text })], warnings: [] });
  });
});

describe('an answer that is no document', () => {
  it('is one message when it is plain text, byte order mark aside', () => {
    expect(readAnswer(answer('\ufeff Hi <there>\n', 'text/plain'))).toEqual({
      ok: true,
      verbs: [message({ body: ' Hi <there>\n' })],
      warnings: [],
    });
    expect(readAnswer(answer('x'.repeat(1601), 'text/plain'))).toMatchObject({
      verbs: [],
      warnings: [{ code: 14103 }],
    });
    expect(readAnswer(answer('a\0b', 'text/plain'))).toMatchObject({ verbs: [], warnings: [{ code: 14103 }] });
  });

  it.each([
    ['', 'application/json'],
    ['', null],
    [' \r\n', 'text/xml'],
    ['\ufeff', 'text/plain'],
  ])('%j of type %s means no reply', (body, type) => {
    expect(readAnswer(answer(body, type))).toMatchObject({ ok: true, verbs: [], warnings: [{ code: 11770 }] });
  });

  it('with 204 means no reply without a word', () => {
    expect(readAnswer(answer('', null, 204))).toEqual({ ok: true, verbs: [], warnings: [] });
    expect(readAnswer(answer('<Response/>', 'text/xml', 201))).toEqual({ ok: true, verbs: [], warnings: [] });
  });

  it('may begin with a byte order mark as XML', () => {
    expect(readAnswer(answer('\ufeff<?xml version="1.0"?><Response/>'))).toMatchObject({ ok: true });
  });
});

describe('writing', () => {
  it('escapes what XML would misread', () => {
    const body = `a<b>&"c'\r\nd]]>\u0007`;
    const verb = message({ body, to: '+12025550101', action: 'https://example.com/?a=1&b=2', method: 'GET' });
    expect(readAnswer(answer(writeTwiml([verb])))).toEqual({
      ok: true,
      verbs: [{ ...verb, body: body.replace('\u0007', '\ufffd') }],
      warnings: [],
    });
  });
});

describe('a reply session', () => {
  it('has ten replies over all its documents', () => {
    const six = Array.from({ length: 6 }, () => message());
    const first = takeVerbs(NEW_SESSION, six);
    expect(first).toMatchObject({ verbs: { length: 6 }, warning: null });
    const redirect: Verb = { kind: 'redirect', url: 'https://example.com/', method: 'POST' };
    const second = takeVerbs(first.session, [...six, redirect]);
    expect(second).toMatchObject({ verbs: { length: 5 }, session: { messages: 10 }, warning: { code: 14109 } });
    expect(second.verbs.at(-1)).toBe(redirect);
  });

  it('has fifty documents', () => {
    let session: ReplySession = NEW_SESSION;
    for (let document = 0; document < MOST_DOCUMENTS; document++) {
      const opened = openDocument(session);
      expect(opened.warning).toBeNull();
      session = opened.session;
    }
    expect(openDocument(session)).toMatchObject({ session: { documents: 50 }, warning: { code: 14106 } });
  });
});
