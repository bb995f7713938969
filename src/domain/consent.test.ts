import { describe, expect, it } from 'vitest';
import { contactFaults, type Item, readConsent, serviceOf } from './consent.ts';

const NOW = Date.UTC(2026, 0, 31, 12);
const OURS = `MG${'1'.repeat(32)}`;
const ID = 'ad388b5a46b33b874b0d41f7226db2ef';
const CONSENT = {
  contact_id: '+12025550101',
  correlation_id: ID,
  sender_id: '+12025550100',
  status: 'opt-out',
  source: 'website',
};
const read = (change: Item = {}) => readConsent({ ...CONSENT, ...change }, NOW, (sid) => sid === OURS);

describe('a consent', () => {
  it('is about a number or about a service of the account, for all that shares its list with SMS', () => {
    const key = { channel: 'sms', scope: '+12025550100', peer: '+12025550101' };
    expect(read()).toEqual({ ok: true, consent: { change: 'opt-out', key } });
    expect(read({ sender_id: OURS.toLowerCase().replace('mg', 'MG'), status: 'opt-in' })).toEqual({
      ok: true,
      consent: { change: 'opt-in', key: { ...key, scope: OURS } },
    });
    expect(read({ sender_id: '76767' })).toMatchObject({ consent: { key: { scope: '76767' } } });
    expect(serviceOf({ sender_id: OURS })).toBe(OURS);
    expect(serviceOf(CONSENT)).toBeNull();
  });

  it('may say when it was given', () => {
    const at = Date.UTC(2025, 1, 28, 10, 5, 27);
    expect(read({ date_of_consent: '2025-02-28T10:05:27Z' })).toMatchObject({ consent: { at } });
    for (const date_of_consent of ['', null]) expect(read({ date_of_consent })).toMatchObject({ ok: true });
  });

  it.each(['website', 'offline', 'opt-in-message', 'opt-out-message', 'others'])('comes from %s', (source) =>
    expect(read({ source })).toMatchObject({ ok: true }),
  );

  it.each<[Item, string]>([
    [{ correlation_id: undefined }, 'INVALID_CORRELATION_ID'],
    [{ correlation_id: ID.slice(1) }, 'INVALID_CORRELATION_ID'],
    [{ correlation_id: `${ID.slice(1)}g` }, 'INVALID_CORRELATION_ID'],
    [{ sender_id: `MG${'9'.repeat(32)}` }, 'INVALID_SENDER_ID'],
    [{ sender_id: 'ACME' }, 'INVALID_SENDER_ID'],
    [{ sender_id: 'whatsapp:+12025550100' }, 'INVALID_SENDER_ID'],
    [{ sender_id: 5 }, 'INVALID_SENDER_ID'],
    [{ contact_id: '+19' }, 'INVALID_CONTACT_ID'],
    [{ contact_id: '2025550101' }, 'INVALID_CONTACT_ID'],
    [{ contact_id: '+1 202 555 0101' }, 'INVALID_CONTACT_ID'],
    [{ contact_id: 'whatsapp:+12025550101' }, 'INVALID_CONTACT_ID'],
    [{ status: 'stop' }, 'INVALID_STATUS'],
    [{ status: 'constructor' }, 'INVALID_STATUS'],
    [{ source: 'fax' }, 'INVALID_SOURCE'],
    [{ source: undefined }, 'INVALID_SOURCE'],
    [{ date_of_consent: '2025-03-25' }, 'INVALID_DATE_OF_CONSENT'],
    [{ date_of_consent: '2026-01-31T12:00:01Z' }, 'INVALID_DATE_OF_CONSENT'],
    [{ date_of_consent: 7 }, 'INVALID_DATE_OF_CONSENT'],
  ])('with %j is %s', (change, fault) => expect(read(change)).toEqual({ ok: false, faults: [fault] }));

  it('with nothing in it has every fault at once', () => {
    expect(readConsent({}, NOW, () => true)).toEqual({
      ok: false,
      faults: ['INVALID_CORRELATION_ID', 'INVALID_SENDER_ID', 'INVALID_CONTACT_ID', 'INVALID_STATUS', 'INVALID_SOURCE'],
    });
  });
});

describe('a contact', () => {
  const faults = (change: Item = {}) =>
    contactFaults({
      contact_id: '+12025550101',
      correlation_id: ID,
      country_iso_code: 'US',
      zip_code: '94105',
      ...change,
    });

  it.each<[string, string]>([
    ['US', '94105'],
    ['US', '94105-1234'],
    ['CA', 'K1A 0B1'],
    ['GB', 'W10 6TH'],
    ['DE', '10115'],
    ['JP', '100-0001'],
  ])('lives in %s %s', (country_iso_code, zip_code) => expect(faults({ country_iso_code, zip_code })).toEqual([]));

  it.each<[Item, string]>([
    [{ correlation_id: 'x' }, 'INVALID_CORRELATION_ID'],
    [{ country_iso_code: 'us' }, 'INVALID_COUNTRY_ISO_CODE'],
    [{ country_iso_code: 'USA' }, 'INVALID_COUNTRY_ISO_CODE'],
    [{ contact_id: '12025550101' }, 'INVALID_CONTACT_ID'],
    [{ zip_code: '9410' }, 'INVALID_ZIP_CODE'],
    [{ country_iso_code: 'CA', zip_code: '94105' }, 'INVALID_ZIP_CODE'],
    [{ country_iso_code: 'DE', zip_code: '--' }, 'INVALID_ZIP_CODE'],
    [{ zip_code: 94105 }, 'INVALID_ZIP_CODE'],
  ])('with %j is %s', (change, fault) => expect(faults(change)).toEqual([fault]));
});
