/**
 * `/v2/Channels/Senders`: the senders of WhatsApp, Messenger and RCS, with their webhooks. What is registered here can
 * send and receive at once; no provider is asked, so nothing is verified.
 */
import { formatAddress, parseSender } from '../../domain/address.ts';
import { refuse } from '../../domain/errors.ts';
import { poolWith } from '../../domain/number-pools.ts';
import type { Sender } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import { poolsOf } from '../available-numbers.ts';
import type { Call } from '../context.ts';
import { keepSender } from '../keep-sender.ts';
import { canonicalSid } from '../sids.ts';
import {
  CONFIGURATION,
  PROFILE,
  readSenderChange,
  readSenderId,
  type SenderChange,
  webhookOf,
} from './channel-sender-properties.ts';
import { answerPage, byPlace } from './page.ts';
import { missingResource } from './services.ts';

const CHANNELS = ['whatsapp', 'messenger', 'rcs'];

export async function createChannelSender(call: Call): Promise<Answer> {
  const { clock, sids } = call.context;
  const text = readSenderId(call.json);
  const address = parseSender(text);
  const details = { parameter: 'sender_id', received: text };
  if (address?.kind !== 'channel') {
    const allowed = 'whatsapp:+12025550100, messenger:<page id> or rcs:<agent>';
    throw refuse(20001, {}, { ...details, allowed, fix: 'Write the channel in front of the id.' });
  }
  const change = readSenderChange(call.json);
  if (!isToBeHad(call, address.id)) throw refuse(20409, { text: 'The sender is not to be had' }, details);
  const now = clock.now();
  const sender: Sender = {
    sid: sids.make('XE'),
    accountSid: call.account.sid,
    address: formatAddress(address),
    kind: 'channel',
    canSms: true,
    canMms: true,
    rate: null,
    properties: changed({}, change),
    createdAt: now,
    updatedAt: now,
  };
  if ((await keepSender(call, sender, null)) === 'taken') {
    const fix = 'Choose a sender that nobody has registered.';
    throw refuse(20409, { text: 'The sender is registered already' }, { ...details, fix });
  }
  return answer(call, sender, 202);
}

export async function fetchChannelSender(call: Call): Promise<Answer> {
  return answer(call, await mustFind(call), 200);
}

/** Newest first; of one channel, which has to be named. */
export async function listChannelSenders(call: Call): Promise<Answer> {
  const channel = call.query.one('Channel') ?? '';
  if (!CHANNELS.includes(channel)) {
    const details = { parameter: 'Channel', received: channel, allowed: CHANNELS.join(', ') };
    throw refuse(20001, {}, { ...details, fix: 'Name the channel in the query.' });
  }
  const senders = (await call.context.store.senders(call.account.sid)).filter(
    ({ kind, address }) => kind === 'channel' && address.startsWith(`${channel}:`),
  );
  return answerPage(call, 'senders', senders.sort(byPlace), (sender) => render(call, sender), 'Channel');
}

/** What is left out stays; `null` takes away. */
export async function updateChannelSender(call: Call): Promise<Answer> {
  const sender = await mustFind(call);
  const properties = changed(sender.properties, readSenderChange(call.json));
  const updated = { ...sender, properties, updatedAt: call.context.clock.now() };
  await keepSender(call, updated, sender);
  return answer(call, updated, 202);
}

export async function removeChannelSender(call: Call): Promise<Answer> {
  const { sid } = await mustFind(call);
  await call.context.store.removeSender(call.account.sid, sid);
  call.context.onSenderChanged();
  return { kind: 'none' };
}

async function mustFind(call: Call): Promise<Sender> {
  const sender = await call.context.store.sender(call.account.sid, canonicalSid(call.sids[0]));
  if (sender?.kind !== 'channel') throw missingResource(call);
  return sender;
}

/** As with numbers: the operator's account has any (settled 24), a subaccount by itself what the pools offer. */
function isToBeHad(call: Call, id: string): boolean {
  const { account } = call.caller;
  return account.ownerSid === account.sid || poolWith(poolsOf(call), id) !== null;
}

/** A webhook that was configured in another spelling is kept in this one from now on, whole. */
function changed(properties: Record<string, unknown>, { webhook, profile, configuration }: SenderChange) {
  return {
    ...properties,
    ...(webhook && { webhook: { ...webhookOf(properties), ...webhook } }),
    ...(profile && { profile: { ...objectOf(properties.profile), ...profile } }),
    ...(configuration && { configuration: { ...objectOf(properties.configuration), ...configuration } }),
  };
}

function answer(call: Call, sender: Sender, status: 200 | 202): Answer {
  return { kind: 'resource', status, element: 'Sender', resource: render(call, sender) };
}

function render(call: Call, { sid, address, properties }: Sender): Resource {
  return {
    sid,
    status: properties.status === 'disabled' ? 'OFFLINE' : 'ONLINE',
    sender_id: address,
    ...nulls(UNTOLD),
    configuration: { ...nulls(CONFIGURATION), ...objectOf(properties.configuration) },
    webhook: webhookOf(properties),
    profile: { ...nulls(PROFILE), ...objectOf(properties.profile) },
    properties: { quality_rating: null, messaging_limit: null },
    offline_reasons: null,
    compliance: null,
    url: `${call.origin()}/v2/Channels/Senders/${sid}`,
  };
}

/** What newer SDKs read: a date that is not there would be now to them. No name is shown, so none is judged. */
const UNTOLD = [
  'friendly_name',
  'pending_display_name',
  'pending_display_name_status',
  'pending_display_name_status_date',
  'display_name_status',
];

function nulls(names: readonly string[]): Resource {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function objectOf(value: unknown): Resource {
  return typeof value === 'object' && value !== null ? (value as Resource) : {};
}
