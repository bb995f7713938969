import type { MessageVerb, Verb } from '../../src/domain/twiml-shapes.ts';

/** A document that reads back to equal verbs, as long as bodies do not begin or end in white space. */
export function writeTwiml(verbs: Verb[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.map(writeVerb).join('')}</Response>`;
}

function writeVerb(verb: Verb): string {
  switch (verb.kind) {
    case 'message':
      return writeMessage(verb);
    case 'redirect':
      return `<Redirect${attribute('method', verb.method === 'POST' ? null : verb.method)}>${escapeText(verb.url)}</Redirect>`;
  }
}

function writeMessage({ to, from, action, method, statusCallback, body, media }: MessageVerb): string {
  const attributes = [
    attribute('to', to),
    attribute('from', from),
    attribute('action', action),
    attribute('method', method === 'POST' ? null : method),
    attribute('statusCallback', statusCallback),
  ].join('');
  if (media.length === 0) return `<Message${attributes}>${escapeText(body)}</Message>`;
  const text = body === '' ? '' : `<Body>${escapeText(body)}</Body>`;
  return `<Message${attributes}>${text}${media.map((url) => `<Media>${escapeText(url)}</Media>`).join('')}</Message>`;
}

function attribute(name: string, value: string | null): string {
  return value === null ? '' : ` ${name}="${escapeText(value)}"`;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** What XML cannot carry becomes U+FFFD; a bare carriage return would come back as a line feed. */
function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that XML forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (char) => ESCAPES[char] ?? char)
  );
}
