import { expect, it } from 'vitest';
import vectors from '../../tests/data/segment-vectors.json' with { type: 'json' };
import { segmentsFrom } from './rcs-segments.ts';

const byRcs = (body: string, to: string, numMedia = 0) => segmentsFrom('rcs:acme_agent', { body, to, numMedia }, 7);

// Nothing at all is 0 in the vectors; a message is at least one.
it.each(vectors.rcs.filter(({ bytes }) => bytes > 0))(
  '$bytes octets by RCS are $usSegments in the United States, $internationalSegments elsewhere',
  ({ bytes, usSegments, internationalSegments }) => {
    const text = 'a'.repeat(bytes);
    expect(byRcs(text, '+12025550101')).toBe(usSegments);
    expect(byRcs(text, 'rcs:+12025550101')).toBe(usSegments);
    expect(byRcs(text, '+447700900123')).toBe(internationalSegments);
  },
);

it('octets are those of UTF-8, and a file is one message', () => {
  expect(byRcs('é'.repeat(80), '+12025550101')).toBe(1);
  expect(byRcs('é'.repeat(81), '+12025550101')).toBe(2);
  expect(byRcs('a'.repeat(400), '+12025550101', 1)).toBe(1);
  expect(byRcs('', 'rcs:+12025550101')).toBe(1);
});

it('other channels have one, SMS what it costs', () => {
  const message = { body: 'a'.repeat(400), to: '+12025550101', numMedia: 0 };
  expect(segmentsFrom('whatsapp:+12025550100', message, 3)).toBe(1);
  expect(segmentsFrom('+12025550100', message, 3)).toBe(3);
});
