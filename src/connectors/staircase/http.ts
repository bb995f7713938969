/**
 * The staircase to carriers that are asked over HTTP: name, connection, TLS, whether anything answers there, and whether
 * our credentials are good where that can be asked without sending anything. With a recipient the connector itself hands
 * over one message.
 */

import { realClock } from '../../domain/clock.ts';
import { makeOutgoing, type Outgoing } from '../../net/outgoing.ts';
import type { Connector } from '../connector.ts';
import { HttpConnector } from '../http-carrier/connector.ts';
import { authorizationOf } from '../http-carrier/exchange.ts';
import type { HttpMapping } from '../http-carrier/mapping.ts';
import { WhatsAppConnector } from '../whatsapp/connector.ts';
import { graphUrl } from '../whatsapp/media.ts';
import type { WhatsAppSettings } from '../whatsapp/settings.ts';
import {
  answerFailure,
  handOverFailure,
  httpWords,
  loginFailure,
  noAddress,
  serverFailure,
  unknownNumberFailure,
} from './causes-http.ts';
import { climbGround, failed, ok, type StaircaseOptions, type Step, skipped, submissionOf, unsent } from './ground.ts';

export type HttpSetting =
  | { kind: 'http'; name: string; http: HttpMapping }
  | { kind: 'whatsapp'; name: string; whatsapp: WhatsAppSettings };

/** What is asked, and what an answer says of the credentials. */
interface Login {
  url: string;
  /** The setting that says where it is. */
  setting: string;
  authorization: string | null;
  /** Whether the address is one that knows them; else the answer says only that somebody is there. */
  isTelling: boolean;
  /** Of WhatsApp: the id that is asked for. */
  numberId?: string;
}

/** The operator wrote the address. */
const EVERYWHERE = ['0.0.0.0/0', '::/0'];
const LIMIT_MS = 10_000;
const MOST_BYTES = 65_536;
const REFUSED = new Set([401, 403]);

/** Steps as they are done. */
export async function* climbHttp(setting: HttpSetting, options: StaircaseOptions): AsyncGenerator<Step> {
  const login = loginOf(setting);
  if (!URL.canParse(login.url)) {
    yield failed('dns', noAddress());
    return;
  }
  const { hostname, port, protocol } = new URL(login.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'https:';
  const clear = `in the clear: ${login.setting} is http, so texts and credentials can be read on the way`;
  const peer = { host, port: Number(port || (isSecure ? 443 : 80)), tls: isSecure ? {} : null };
  if (!(yield* climbGround({ ...peer, limitMs: LIMIT_MS, clear, words: httpWords(login.setting) }))) return;
  const outgoing = makeOutgoing({ clock: realClock, policy: { allow: EVERYWHERE } });
  try {
    const isIn = yield* asked(outgoing, login);
    if (isIn) yield* handedOver(connectorOf(setting, outgoing, options), options, login.setting);
  } finally {
    await outgoing.close();
  }
}

async function* asked(outgoing: Outgoing, login: Login): AsyncGenerator<Step, boolean> {
  const { url, setting, authorization, isTelling, numberId } = login;
  const startedAt = realClock.monotonic();
  const result = await outgoing.request({
    method: 'GET',
    url,
    headers: authorization === null ? {} : { authorization },
    ...{ connectMs: LIMIT_MS, readMs: LIMIT_MS, totalMs: LIMIT_MS, maxBytes: MOST_BYTES, follow: false },
  });
  if (result.kind === 'failed') {
    yield failed('answer', answerFailure(result.text, setting));
    return false;
  }
  const { status } = result;
  if (isTelling && status >= 500) {
    yield failed('answer', serverFailure(status, setting));
    return false;
  }
  yield ok('answer', `it answers, ${status} to GET ${new URL(url).pathname}`, realClock.monotonic() - startedAt);
  if (REFUSED.has(status) || (isTelling && status === 400)) {
    // A token that cannot be read is a 400 of Graph too, with the code 190.
    const isUnknown = numberId !== undefined && status === 400 && /"code":\s*(?:100|33)\b/.test(result.body);
    yield failed('login', isUnknown ? unknownNumberFailure(numberId) : loginFailure(status));
    return false;
  }
  if (isTelling && status < 300) yield ok('login', 'the credentials are good', 0);
  else yield skipped('login', 'that the credentials are good shows with a message: nothing else is known to ask here');
  return true;
}

async function* handedOver(connector: Connector, options: StaircaseOptions, setting: string): AsyncGenerator<Step> {
  const submission = submissionOf(options);
  if (submission === null) return yield* unsent(options);
  await connector.start({ receipts: async () => undefined, inbound: async () => undefined });
  const startedAt = realClock.monotonic();
  const [outcome] = await connector.send([submission]);
  await connector.stop();
  if (outcome?.kind !== 'accepted') {
    yield failed('submit', handOverFailure(outcome ?? { kind: 'unsure' }, setting));
    return;
  }
  yield ok('submit', `taken as ${outcome.carrierIds.join(', ')}`, realClock.monotonic() - startedAt);
  yield skipped(
    'receipt',
    `the carrier tells it to a running server, at /carriers/${encodeURIComponent(connector.name)}`,
  );
}

/** Simulated carriers need no way. */
export function* climbSimulated(): Generator<Step> {
  for (const name of ['dns', 'tcp', 'tls'] as const) yield skipped(name, 'it is in this server');
  yield ok('answer', 'simulated: everything is taken, nothing leaves', 0);
}

function loginOf(setting: HttpSetting): Login {
  if (setting.kind === 'whatsapp') {
    const { accessToken, phoneNumbers } = setting.whatsapp;
    const [id = 'me'] = phoneNumbers.values();
    return {
      url: graphUrl(setting.whatsapp, id),
      setting: 'connectors.graph_url',
      authorization: `Bearer ${accessToken}`,
      isTelling: true,
      numberId: id,
    };
  }
  const { request } = setting.http;
  const base = request.baseUrl.replace(/(?<!\/)\/+$/, '');
  const isTwilio = /^AC[0-9a-f]{32}$/i.test(request.username) && request.auth === 'basic';
  const url = isTwilio ? `${base}/2010-04-01/Accounts/${request.username}.json` : `${base}/`;
  const authorization = authorizationOf(request);
  return { url, setting: 'connectors.base_url', authorization, isTelling: isTwilio };
}

function connectorOf(setting: HttpSetting, outgoing: Outgoing, { ownUrl }: StaircaseOptions): Connector {
  const { name } = setting;
  if (setting.kind === 'whatsapp')
    return new WhatsAppConnector({ name, settings: setting.whatsapp, clock: realClock, outgoing });
  return new HttpConnector({ name, mapping: setting.http, clock: realClock, outgoing, fenced: outgoing, ownUrl });
}
