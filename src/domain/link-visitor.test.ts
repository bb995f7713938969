import { describe, expect, it } from 'vitest';
import { isPreview, shortAgent } from './link-visitor.ts';

const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

describe('who follows a short link', () => {
  it.each([
    ['iMessage', 'Mozilla/5.0 (Macintosh) AppleWebKit/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0'],
    ['WhatsApp', 'WhatsApp/2.24.1 A'],
    [
      'Google Messages',
      'Mozilla/5.0 (X11; Linux x86_64) Chrome/56.0 Safari/537.36 Google-PageRenderer Google (+https://x)',
    ],
    ['Telegram', 'TelegramBot (like TwitterBot)'],
    ['Slack', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
    ['Skype', 'Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5'],
    ['Google', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  ])('a preview by %s is no click', (_, agent) => {
    expect(isPreview({ 'user-agent': agent })).toBe(true);
  });

  it.each([
    ['a phone', SAFARI],
    ['a browser inside of an app', `${SAFARI} [FBAN/FBIOS;FBAV/440.0]`],
    ['WhatsApp on a desk', 'Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 WhatsApp/2.3'],
    ['a phone called CUBOT', 'Mozilla/5.0 (Linux; Android 13; CUBOT_P80) Chrome/126.0 Mobile Safari/537.36'],
    ['a test in a browser without a head', 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/126.0 Safari/537.36'],
    ['what does not name itself', undefined],
  ])('%s is a person', (_, agent) => {
    expect(isPreview({ 'user-agent': agent })).toBe(false);
  });

  it('a person’s browser that says it looks ahead is no click', () => {
    for (const headers of [
      { 'sec-purpose': 'prefetch;prerender' },
      { 'x-purpose': 'preview' },
      { purpose: 'prefetch' },
    ]) {
      expect(isPreview({ 'user-agent': SAFARI, ...headers })).toBe(true);
    }
  });

  it('is kept in one short line, without what tells one machine from another', () => {
    expect(shortAgent(SAFARI)).toBe(
      'Mozilla/5 (iPhone; CPU iPhone OS 18 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/18 Mobile/15E148',
    );
    expect(shortAgent(`a\u0007b\nc\u202e${'x'.repeat(5_000)}`)).toBe('a b c');
    expect(shortAgent('x'.repeat(5_000))).toHaveLength(120);
    expect(shortAgent('')).toBe('');
  });
});
