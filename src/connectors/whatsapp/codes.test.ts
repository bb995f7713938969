import { describe, expect, it } from 'vitest';
import { CODES } from '../../domain/catalogue.ts';
import { codeOfFailure, verdictOf } from './codes.ts';
import { isTrusted } from './media.ts';
import { WHATSAPP_DEFAULTS } from './settings.ts';

const KNOWN = Array.from({ length: 140_000 }, (_, code) => code).filter((code) => verdictOf(code) !== null);

describe('the codes of WhatsApp', () => {
  it('all have a number of ours that is explained', () => {
    expect(KNOWN.length).toBeGreaterThan(140);
    expect(KNOWN.filter((code) => !CODES.includes(codeOfFailure(code).errorCode))).toEqual([]);
  });

  it.each([
    [10, 63001],
    [200, 63001],
    [299, 63001],
    [33, 63002],
    [100, 63011],
    [368, 63013],
    [130472, 63032],
    [131000, 63010],
    [131021, 63031],
    [131026, 63024],
    [131030, 63015],
    [131031, 63051],
    [131037, 63022],
    [131042, 63020],
    [131047, 63016],
    [131048, 63018],
    [131049, 63049],
    [131050, 63033],
    [131051, 63005],
    [131052, 63019],
    [131053, 63037],
    [132000, 63028],
    [132001, 63027],
    [132007, 63013],
    [132015, 63041],
    [132016, 63042],
    [134011, 63062],
    [135000, 63023],
  ])('%d, told after the message was taken, is %d', (theirs, ours) => {
    expect(codeOfFailure(theirs)).toEqual({ errorCode: ours, isKnown: true });
  });

  it.each([2, 4, 80007, 130429, 131016, 131048, 131057, 133004])('%d puts everything off', (theirs) => {
    expect(verdictOf(theirs)).toEqual({ kind: 'pause' });
  });

  it('that are not known are 30008, and told apart', () => {
    expect(codeOfFailure(131_999)).toEqual({ errorCode: 30008, isKnown: false });
    expect(codeOfFailure(Number.NaN)).toEqual({ errorCode: 30008, isKnown: false });
  });
});

describe('the token', () => {
  const settings = {
    ...WHATSAPP_DEFAULTS,
    accessToken: 't',
    appSecret: 's',
    verifyToken: 'v',
  };

  it.each([
    'https://graph.facebook.com/v24.0/1',
    'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1',
    'https://scontent.whatsapp.net/file',
  ])('goes to %s', (url) => expect(isTrusted(url, settings)).toBe(true));

  it.each([
    'http://lookaside.fbsbx.com/x',
    'https://lookaside.fbsbx.com.example/x',
    'https://examplefbsbx.com/x',
    'https://fbsbx.com.evil.example/x',
    'https://lookaside.fbsbx.com:8443/x',
    'https://user@lookaside.fbsbx.com/x',
    'https://169.254.169.254/latest',
    'not a url',
    '',
  ])('does not go to "%s"', (url) => expect(isTrusted(url, settings)).toBe(false));
});
