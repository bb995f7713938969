import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { parseSender } from './address.ts';
import { homeOf } from './geography.ts';
import {
  actionParams,
  fallbackParams,
  type InboundMessage,
  inboundParams,
  type Receiver,
  routeInbound,
} from './inbound.ts';
import { SERVICE_DEFAULTS } from './service.ts';
import { signForm } from './signature.ts';

const OWN = { sms_url: 'https://own.example/', sms_method: 'GET', sms_fallback_url: 'https://own.example/fallback' };
const OF_OWN = {
  primary: { url: 'https://own.example/', method: 'GET' },
  fallback: { url: 'https://own.example/fallback', method: 'POST' },
};
function route(change: Partial<Receiver>) {
  return routeInbound({ properties: OWN, application: null, service: null, ...change });
}
const service = (change: Partial<typeof SERVICE_DEFAULTS>) => ({
  sid: 'MG1',
  properties: { ...SERVICE_DEFAULTS, ...change },
});

describe('the webhook that is asked', () => {
  it('is the number’s own when it is in no service', () => {
    expect(route({})).toEqual({ receives: true, serviceSid: null, webhook: OF_OWN });
  });

  it('is that of the application that the number names, and nothing else then', () => {
    const application = { sms_url: 'https://app.example/', sms_method: 'POST', sms_fallback_url: '' };
    expect(route({ application })).toMatchObject({
      webhook: { primary: { url: 'https://app.example/', method: 'POST' }, fallback: null },
    });
    expect(route({ application: { sms_url: null } })).toMatchObject({ receives: true, webhook: null });
  });

  it('is that of the service', () => {
    const properties = { inbound_request_url: 'https://mg.example/', fallback_url: 'https://mg.example/f' };
    expect(route({ service: service({ ...properties, fallback_method: 'GET' }) })).toEqual({
      receives: true,
      serviceSid: 'MG1',
      webhook: {
        primary: { url: 'https://mg.example/', method: 'POST' },
        fallback: { url: 'https://mg.example/f', method: 'GET' },
      },
    });
  });

  it('is the number’s own when the service leaves it to the number', () => {
    const left = service({ inbound_request_url: 'https://mg.example/', use_inbound_webhook_on_number: true });
    expect(route({ service: left })).toEqual({ receives: true, serviceSid: 'MG1', webhook: OF_OWN });
  });

  it('is none, and nothing is kept, when the service has none', () => {
    expect(route({ service: service({}) })).toEqual({ receives: false, serviceSid: 'MG1' });
  });

  it('is none, though the message is kept, when the number has none', () => {
    for (const properties of [{}, { sms_url: '' }, { sms_url: null }]) {
      expect(route({ properties })).toEqual({ receives: true, serviceSid: null, webhook: null });
    }
    const left = service({ use_inbound_webhook_on_number: true });
    expect(route({ properties: {}, service: left })).toEqual({ receives: true, serviceSid: 'MG1', webhook: null });
  });

  it('of a channel sender stands under names of its own', () => {
    const webhook = { callback_url: 'https://wa.example/', callback_method: 'GET', fallback_url: null };
    for (const properties of [{ webhook }, webhook]) {
      expect(route({ properties })).toMatchObject({
        webhook: { primary: { url: 'https://wa.example/', method: 'GET' }, fallback: null },
      });
    }
  });
});

const SMS: InboundMessage = {
  sid: 'SM1',
  accountSid: 'AC1',
  serviceSid: null,
  from: '+16045550101',
  to: '+12025550100',
  body: 'Hi',
  numSegments: 2,
  media: [],
  optOutType: null,
  shortCodeCountry: null,
  channel: null,
};
const of = (message: Partial<InboundMessage>) => Object.fromEntries(inboundParams({ ...SMS, ...message }));

describe('what the webhook is told', () => {
  it('of an SMS, in the order of the wire', () => {
    expect(inboundParams(SMS)).toEqual([
      ['ToCountry', 'US'],
      ['ToState', 'DC'],
      ['SmsMessageSid', 'SM1'],
      ['NumMedia', '0'],
      ['ToCity', ''],
      ['FromZip', ''],
      ['SmsSid', 'SM1'],
      ['FromState', 'BC'],
      ['SmsStatus', 'received'],
      ['FromCity', ''],
      ['Body', 'Hi'],
      ['FromCountry', 'CA'],
      ['To', '+12025550100'],
      ['ToZip', ''],
      ['NumSegments', '2'],
      ['MessageSid', 'SM1'],
      ['AccountSid', 'AC1'],
      ['From', '+16045550101'],
      ['ApiVersion', '2010-04-01'],
    ]);
  });

  it('of media, a service and an opt-out', () => {
    const media = [
      { url: 'https://pidge.example/ME1', contentType: 'image/png' },
      { url: 'https://pidge.example/ME2', contentType: 'text/vcard' },
    ];
    expect(of({ sid: 'MM1', media, serviceSid: 'MG1', optOutType: 'STOP', body: '' })).toMatchObject({
      MessageSid: 'MM1',
      NumMedia: '2',
      MediaUrl0: 'https://pidge.example/ME1',
      MediaContentType1: 'text/vcard',
      MessagingServiceSid: 'MG1',
      OptOutType: 'STOP',
      Body: '',
    });
    expect(of({})).not.toHaveProperty('OptOutType');
    expect(of({})).not.toHaveProperty('MessagingServiceSid');
  });

  it('of a WhatsApp text: no geography, but the profile', () => {
    const message = { from: 'whatsapp:+12025550101', to: 'whatsapp:+12025550100', channel: { profileName: 'Ada' } };
    expect(inboundParams({ ...SMS, ...message }).map(([name]) => name)).toEqual(
      'SmsMessageSid NumMedia ProfileName WaId MessageType SmsSid SmsStatus Body To NumSegments ReferralNumMedia MessageSid AccountSid ChannelMetadata From ApiVersion'.split(
        ' ',
      ),
    );
    expect(of(message)).toMatchObject({
      WaId: '12025550101',
      MessageType: 'text',
      NumSegments: '1',
      ReferralNumMedia: '0',
      ChannelMetadata: '{"type":"whatsapp","data":{"context":{"ProfileName":"Ada","WaId":"12025550101"}}}',
    });
  });

  it('of buttons, lists, locations, forwards, quotes and advertisements', () => {
    const from = 'whatsapp:+12025550101';
    expect(of({ from, channel: { button: { text: 'Yes', payload: 'y1', type: 'REPLY' } } })).toMatchObject({
      MessageType: 'button',
      ButtonText: 'Yes',
      ButtonPayload: 'y1',
      ButtonType: 'REPLY',
    });
    expect(of({ from, channel: { list: { id: '1', title: 'One', description: 'First' } } })).toMatchObject({
      MessageType: 'interactive',
      ListId: '1',
      ListTitle: 'One',
      ListDescription: 'First',
    });
    const location = { latitude: 37.7749, longitude: -0.0000001, address: '1 Main', label: 'Here' };
    expect(of({ from, channel: { location } })).toMatchObject({
      MessageType: 'location',
      Latitude: '37.7749',
      Longitude: '-0.0000001',
      Address: '1 Main',
      Label: 'Here',
    });
    expect(of({ from, channel: { location: { latitude: 10, longitude: 0 } } })).toMatchObject({
      Latitude: '10',
      Longitude: '0',
    });
    const details = { forwarded: true, frequentlyForwarded: false, repliedTo: { sid: 'SM9', sender: 'whatsapp:+1' } };
    const referral = { headline: 'Buy', mediaUrl: 'https://ad.example/' };
    expect(of({ from, channel: { ...details, referral } })).toMatchObject({
      Forwarded: 'true',
      FrequentlyForwarded: 'false',
      OriginalRepliedMessageSid: 'SM9',
      OriginalRepliedMessageSender: 'whatsapp:+1',
      ReferralHeadline: 'Buy',
      ReferralNumMedia: '1',
    });
  });

  it.each([
    ['image/jpeg', 'image'],
    ['image/webp', 'sticker'],
    ['audio/ogg', 'audio'],
    ['video/mp4', 'video'],
    ['text/vcard', 'contacts'],
    ['application/pdf', 'document'],
  ])('calls %s %s on WhatsApp', (contentType, type) => {
    const media = [{ url: 'https://pidge.example/ME1', contentType }];
    expect(of({ from: 'whatsapp:+12025550101', media })).toMatchObject({ MessageType: type, NumMedia: '1' });
  });

  it('of Messenger has neither WaId nor a number of referrals', () => {
    const names = Object.keys(of({ from: 'messenger:1', to: 'messenger:2' }));
    expect(names).not.toContain('WaId');
    expect(names).not.toContain('ReferralNumMedia');
    expect(names).toContain('ChannelMetadata');
  });

  it('of RCS which agent was written to', () => {
    const { ChannelMetadata = '' } = of({ from: 'rcs:+12025550101', to: 'rcs:agent' });
    expect(JSON.parse(ChannelMetadata)).toEqual({ type: 'rcs', data: { context: { agentId: 'agent' } } });
  });

  it('of RCS what its platform says, in its own words', () => {
    const rcs = { provider: 'google', richMessageClassification: { classificationType: 'RICH_MEDIA_MESSAGE' } };
    const button = { text: 'Yes', payload: 'y', type: 'REPLY' } as const;
    const told = of({ from: 'rcs:+12025550101', to: 'rcs:agent', channel: { button, rcs } });
    expect(told).toMatchObject({ ButtonText: 'Yes', ButtonPayload: 'y', ButtonType: 'REPLY' });
    expect(JSON.parse(told.ChannelMetadata ?? '').data.context).toEqual({
      buttonPayload: 'y',
      buttonType: 'REPLY',
      agentId: 'agent',
      ...rcs,
    });
  });

  it('when it is the fallback: the error as well', () => {
    expect(fallbackParams([['Body', 'Hi']], 11200, 'https://own.example/')).toEqual([
      ['Body', 'Hi'],
      ['ErrorCode', '11200'],
      ['ErrorUrl', 'https://own.example/'],
    ]);
  });

  it('when it is the action of a reply: its state', () => {
    const reply = {
      sid: 'SM2',
      accountSid: 'AC1',
      serviceSid: null,
      status: 'queued',
      from: '+1',
      to: '+2',
      body: 'Ho',
    };
    expect(Object.fromEntries(actionParams(reply))).toEqual({
      SmsSid: 'SM2',
      MessageSid: 'SM2',
      SmsStatus: 'queued',
      MessageStatus: 'queued',
      AccountSid: 'AC1',
      From: '+1',
      To: '+2',
      Body: 'Ho',
      ApiVersion: '2010-04-01',
    });
  });

  it('is signed so that the official library believes it', () => {
    const params = inboundParams({ ...SMS, body: 'Grüße & 😀 + ' });
    const signature = signForm('token', 'https://app.example/sms?x=1', params);
    const url = 'https://app.example/sms?x=1';
    expect(twilio.validateRequest('token', signature, url, Object.fromEntries(params))).toBe(true);
  });
});

describe('where a number is at home', () => {
  const home = (text: string, country?: string) => {
    const address = parseSender(text);
    if (!address) throw new Error(text);
    return homeOf(address, country ?? null);
  };

  it.each([
    ['+12125550100', 'NY', 'US'],
    ['+16045550100', 'BC', 'CA'],
    ['+19025550100', '', 'CA'],
    ['+447700900123', '', 'GB'],
    ['+80012345678', '', ''],
  ])('%s: %s %s', (text, state, country) => {
    expect(home(text)).toEqual({ city: '', state, zip: '', country });
  });

  it('of short codes and names only the country is known, if any', () => {
    expect(home('76767', 'US')).toEqual({ city: '', state: '', zip: '', country: 'US' });
    expect(home('Pidge')).toEqual({ city: '', state: '', zip: '', country: '' });
  });

  it('has each area code in the country the numbering plan says', () => {
    let known = 0;
    for (let code = 200; code < 1_000; code += 1) {
      const e164 = `+1${code}2345678`;
      const { state, country } = homeOf({ kind: 'number', e164 });
      if (state === '') continue;
      known += 1;
      expect([code, country]).toEqual([code, parsePhoneNumberFromString(e164)?.country]);
    }
    expect(known).toBeGreaterThan(350);
  });
});
