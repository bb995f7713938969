/** Apps that answer badly in every way harm nobody but themselves (C3). */
import { expect, it } from 'vitest';
import { NUMBER, PHONE, startAnswering } from '../helpers/answering-app.ts';
import { BadApp, WAYS } from '../helpers/bad-app.ts';
import { percentile } from '../helpers/percentile.ts';

const EACH = 8;
const GOOD = 150;

it(`${WAYS.length} kinds of bad apps leave the answers of a good one quick, and every message is received`, async () => {
  const one = await startAnswering();
  const bad = await new BadApp().start();
  one.app.twiml('/sms', '<Message>Hi</Message>');
  const numbers = WAYS.map((_, index) => `+1202555${String(2_000 + index)}`);
  for (const [index, way] of WAYS.entries()) {
    const address = numbers[index] ?? '';
    // Four of the fifteen seconds that an app has: longer than a good one may take beside it.
    await one.pidge.addSender({ address, properties: { sms_url: `${bad.url(way)}#tt=4000` } });
  }
  const came = new Map<string, number>();
  const texts = numbers.flatMap((number) => Array.from({ length: EACH }, () => number));
  const good = Array.from({ length: GOOD }, () => NUMBER);
  // Bad ones first, so that they are in the way.
  for (const [index, to] of [...texts, ...good].entries()) {
    const { sid } = await one.hear('Hello', { from: `+1312555${String(3_000 + index)}`, to });
    if (to === NUMBER) came.set(sid, performance.now());
  }
  const times: number[] = [];
  const seen = new Set<string>();
  await one.pidge.until(async () => {
    for (const event of one.events) {
      if (event.type !== 'message.status' || event.status !== 'received' || seen.has(event.sid)) continue;
      seen.add(event.sid);
      const startedAt = came.get(event.sid);
      if (startedAt !== undefined) times.push(performance.now() - startedAt);
    }
    return times.length === GOOD && seen.size === texts.length + GOOD;
  });
  expect(percentile(times, 0.99)).toBeLessThan(2_000);
  expect((await one.replies()).length).toBe(GOOD);
  expect((await one.replies()).every(({ to }) => to.startsWith(PHONE.slice(0, 8)))).toBe(true);
  const raised = new Set(one.alerts());
  for (const code of [11200, 11203, 11210, 11215, 11216, 11220, 11750, 12100, 12300, 14106]) {
    expect([...raised]).toContain(code);
  }
  expect(one.events.filter((event) => event.type === 'fault')).toEqual([]);
  await one.close();
  await bad.stop();
}, 60_000);
