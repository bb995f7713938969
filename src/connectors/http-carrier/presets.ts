/**
 * Carriers that are known: the same keys that a file would have, and no more than that. What the file says beside
 * `preset` comes before what stands here.
 */

type Entry = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export const PRESETS: Readonly<Record<string, Entry>> = {
  /**
   * Another service with Twilio's API: `base_url`, `username` (the Account SID) and `password` (the auth token, which
   * also signs what it calls us with). Of a template it gets the text.
   */
  twilio: {
    base_url: 'https://api.twilio.com',
    channels: ['sms', 'mms', 'whatsapp'],
    method: 'POST',
    url: '{base_url}/2010-04-01/Accounts/{username}/Messages.json',
    auth: 'basic',
    content_type: 'form',
    fields: [
      'To={to}',
      'From={from}',
      'Body={text}',
      'MediaUrl={media_url}',
      'PersistentAction={action}',
      'StatusCallback={receipt_url}',
    ],
    id: ['sid'],
    error: ['code'],
    errors: ['*=same', '20429=busy', '21611=busy'],
    check: 'twilio',
    receipt_id: ['MessageSid', 'SmsSid'],
    receipt_state: ['MessageStatus', 'SmsStatus'],
    receipt_states: [
      'delivered=delivered',
      'undelivered=undelivered',
      'failed=undelivered',
      'read=read',
      'accepted=none',
      'scheduled=none',
      'queued=none',
      'sending=none',
      'sent=none',
      'canceled=undelivered',
    ],
    receipt_error: ['ErrorCode'],
    receipt_done: ['RawDlrDoneDate'],
    inbound_id: ['MessageSid', 'SmsSid'],
    inbound_from: ['From'],
    inbound_to: ['To'],
    inbound_text: ['Body'],
    inbound_media: 'MediaUrl{n}',
    inbound_media_type: 'MediaContentType{n}',
    inbound_details: [
      'profile_name=ProfileName',
      'wa_id=WaId',
      'message_type=MessageType',
      'button_text=ButtonText',
      'button_payload=ButtonPayload',
      'list_id=ListId',
      'list_title=ListTitle',
      'list_description=ListDescription',
      'latitude=Latitude',
      'longitude=Longitude',
      'label=Label',
      'address=Address',
    ],
    answer: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
    answer_type: 'text/xml',
  },
  /**
   * SMS Gateway for Android (capcom6): a phone as a carrier, by its public API. `base_url` is that of the phone, of a
   * private server or of the cloud with `/3rdparty/v1`; `check_secret` is the signing key of the app's webhooks, which
   * are to be registered for sms:delivered and sms:failed (…/receipts) and sms:received (…/inbound).
   */
  'android-sms-gateway': {
    base_url: 'https://api.sms-gate.app/3rdparty/v1',
    channels: ['sms'],
    method: 'POST',
    url: '{base_url}/messages',
    auth: 'basic',
    content_type: 'json',
    body: '{"id": "{key}", "textMessage": {"text": "{text}"}, "phoneNumbers": ["{to}"], "withDeliveryReport": true}',
    success: ['200', '201', '202'],
    id: ['id'],
    error: ['code'],
    errors: [],
    duplicate: ['409'],
    honours_idempotency: true,
    check: 'hmac-sha256',
    check_header: 'X-Signature',
    check_timestamp: 'X-Timestamp',
    receipt_id: ['payload.messageId'],
    receipt_state: ['event'],
    receipt_states: ['sms:delivered=delivered', 'sms:failed=undelivered', 'sms:sent=none', 'system:ping=none'],
    inbound_id: ['id'],
    inbound_from: ['payload.sender', 'payload.phoneNumber'],
    inbound_to: ['payload.recipient'],
    inbound_text: ['payload.message'],
  },
};
