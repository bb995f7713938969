/** Answers of strangers: whatever the bytes, a typed result in linear time; and what we write reads back the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/domain/catalogue.ts';
import { LONGEST_ANSWER_BYTES, readAnswer } from '../../src/domain/twiml.ts';
import { LONGEST_REPLY, MOST_MEDIA, type ReadTwiml, type Verb } from '../../src/domain/twiml-shapes.ts';
import { writeTwiml } from '../helpers/write-twiml.ts';

const RUNS = 20_000;
const url = 'https://example.com/sms';
const bytes = (text: string) => new TextEncoder().encode(text);
const readText = (text: string) => readAnswer({ status: 200, contentType: 'text/xml', body: bytes(text), url });

const REFUSALS = [11200, 11750, 12100, 12101, 12102, 12300];
const WARNINGS = [11100, 11770, 12200, 14101, 14102, 14103, 14104, 14105, 14110];

function judge(result: ReadTwiml): void {
  if (!result.ok) {
    if (!REFUSALS.includes(result.code) || result.why === '') throw new Error(JSON.stringify(result));
    return;
  }
  const { verbs, warnings } = result;
  if (warnings.length > 20) throw new Error(`${warnings.length} warnings`);
  for (const warning of warnings) {
    if (!WARNINGS.includes(warning.code) || warning.why === '') throw new Error(JSON.stringify(warning));
  }
  verbs.forEach((verb, index) => {
    if (verb.kind === 'redirect') {
      if (index !== verbs.length - 1) throw new Error('a redirect that is not the last');
      if (!/^https?:/.test(verb.url)) throw new Error(verb.url);
    } else if (verb.body.length > LONGEST_REPLY || verb.media.length > MOST_MEDIA || verb.body.includes('\0')) {
      throw new Error(JSON.stringify(verb));
    } else if (verb.body === '' && verb.media.length === 0) throw new Error('an empty message');
  });
}

const snippet = fc.constantFrom(
  ...'<Response> </Response> <Response/> <Message> </Message> <Message/> <Sms> </Sms> <Body> </Body> <Media> </Media>'.split(
    ' ',
  ),
  ...'<Redirect> </Redirect> <Say> </Say> <message> <![CDATA[ ]]> <!-- --> <? ?> <!DOCTYPE [ ]> &amp; &#x &#65; &x; & ;'.split(
    ' ',
  ),
  ...['<?xml version="1.0"?>', '<?xml version="1.1"?>', '<?xml version="1.0" encoding="x"?>', '<!ENTITY a "b">'],
  ...['<Message to="+12025550101" from="x">', '<Message method=\'get\' action="/a">', 'https://example.com/a.png'],
  ...[
    '&constructor;',
    '&__proto__;',
    '\0',
    '\ufeff',
    '\ufffe',
    '\ud800',
    '😀',
    ' ',
    '\r\n',
    '"',
    "'",
    '<',
    '>',
    '/',
    '=',
  ],
);
const soup = fc.array(fc.oneof({ arbitrary: snippet, weight: 6 }, fc.string({ maxLength: 8, unit: 'binary' })), {
  maxLength: 40,
});
const text = fc.oneof(
  soup.map((pieces) => pieces.join('')),
  soup.map((pieces) => `<Response>${pieces.join('')}</Response>`),
  soup.map((pieces) => `<Response><Message>${pieces.join('')}</Message></Response>`),
);
const body = fc.oneof({ arbitrary: text.map(bytes), weight: 6 }, fc.uint8Array({ maxLength: 200 }));
const contentType = fc.oneof(
  { arbitrary: fc.constantFrom('text/xml', 'application/xml; charset=utf-8', 'text/html', 'text/plain'), weight: 8 },
  fc.option(fc.string({ maxLength: 40 })),
);
const status = fc.oneof({ arbitrary: fc.constant(200), weight: 8 }, fc.integer({ min: 100, max: 999 }));

const xmlChar = fc
  .string({ minLength: 1, maxLength: 1, unit: 'binary' })
  .filter((char) => /^[\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]$/u.test(char));
const sayable = fc
  .array(xmlChar, { maxLength: 60 })
  .map((chars) => chars.join('').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
const link = fc.webUrl({ withQueryParameters: true }).map((one) => new URL(one).href);
const method = fc.constantFrom('GET' as const, 'POST' as const);
const message = fc
  .record({
    kind: fc.constant('message' as const),
    to: fc.option(fc.constantFrom('+12025550101', 'whatsapp:+12025550101', '76767')),
    from: fc.option(fc.constantFrom('+12025550100', 'Pidge', 'messenger:1234')),
    body: sayable,
    media: fc.array(link, { maxLength: MOST_MEDIA }),
    action: fc.option(link),
    method,
    statusCallback: fc.option(link),
  })
  .filter((one) => one.body !== '' || one.media.length > 0);
const redirect = fc.record({ kind: fc.constant('redirect' as const), url: link, method });
const verbs: fc.Arbitrary<Verb[]> = fc
  .tuple(fc.array(message, { maxLength: 4 }), fc.option(redirect))
  .map(([messages, last]) => (last ? [...messages, last] : messages));

describe('TwiML of strangers', () => {
  it('is a typed result, whatever the bytes', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(body, contentType, status, (content, type, code) => {
        judge(readAnswer({ status: code, contentType: type, body: content, url }));
      }),
      { numRuns: RUNS },
    );
  });

  it('reads back as it was written', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(verbs, (written) => {
        expect(readText(writeTwiml(written))).toEqual({ ok: true, verbs: written, warnings: [] });
      }),
      { numRuns: 2_000 },
    );
  });

  const whole = (unit: string) => (size: number) =>
    `<Response>${unit.repeat(Math.floor(size / unit.length))}</Response>`;
  const shapes: [string, (size: number) => string][] = [
    ['white space', whole(' ')],
    ['brackets', whole('<')],
    ['closing tags', whole('</a>')],
    ['ampersands', whole('&amp;')],
    ['one endless entity', whole('&aaaaaaaaaa')],
    ['one endless reference', (size) => `<Response>&#${'0'.repeat(size)}65;</Response>`],
    ['endless CDATA', (size) => `<Response><![CDATA[${']'.repeat(size)}]]></Response>`],
    ['comments', whole('<!---->')],
    ['an endless comment', (size) => `<Response><!--${'- '.repeat(size / 2)}--></Response>`],
    ['an endless name', (size) => `<${'a'.repeat(size)}/>`],
    ['many attributes', (size) => `<Response ${numbered(size, (index) => `a${index}=""`)}/>`],
    [
      'many unknown attributes of a verb',
      (size) => `<Response><Message ${numbered(size, (index) => `a${index}=""`)}/></Response>`,
    ],
    ['one long attribute', (size) => `<Response><Message to="${' '.repeat(size)}x"/></Response>`],
    ['a long body', (size) => `<Response><Message>${' x'.repeat(size / 2)}</Message></Response>`],
    ['an endless DOCTYPE', (size) => `<!DOCTYPE ${'['.repeat(size)}`],
    ['an endless declaration', (size) => `<?xml${' '.repeat(size)}`],
    ['an endless version', (size) => `<?xml version="${'1'.repeat(size)}"?>`],
    ['many texts', whole('x<!---->')],
    ['a long URL', (size) => `<Response><Redirect>/${'../'.repeat(size / 3)}</Redirect></Response>`],
  ];
  function numbered(size: number, make: (index: number) => string): string {
    return Array.from({ length: Math.floor(size / 9) }, (_, index) => make(index)).join(' ');
  }

  // 50 ms is the bar of one input; a rule that looks twice at everything would need minutes for some of these.
  it.each(shapes)('%s: as long as may be, within 50 ms', (_, make) => {
    const document = make(LONGEST_ANSWER_BYTES - 200);
    expect(document.length).toBeLessThanOrEqual(LONGEST_ANSWER_BYTES);
    const times = [1, 2, 3].map(() => {
      const startedAt = performance.now();
      judge(readText(document));
      return performance.now() - startedAt;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });

  it('is told by codes that the dictionary knows', () => {
    for (const code of [...REFUSALS, ...WARNINGS, 14106, 14109]) expect(explain(code)?.title).toBeTruthy();
  });
});
