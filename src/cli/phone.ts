import { request } from 'undici';
import type { ConfigSources } from '../config.ts';
import { channelFrom } from '../domain/phone-talk.ts';
import { serverUrl } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { plain, print } from './terminal.ts';

export interface PhoneSendOptions {
  to?: string;
  channel?: string;
  url?: string;
  json: boolean;
}

interface Taken {
  sid: string | null;
  why?: string;
  pending: boolean;
  webhook: { url: string; status: number | null; ms: number } | null;
  replies: { body: string }[];
  keyword: { type: string; reply: string | null } | null;
  alerts: { code: number; why: string }[];
}

const OPTED_OUT = 21610;
const ONLY_DEV = 'Only pidge dev has phones.';

/**
 * Has a simulated phone send a text, and prints what the app answered. Fails with 9 when the app could not be asked, or
 * when something of its answer could not be sent.
 */
export async function phoneSend(
  sources: ConfigSources,
  { number, body }: { number: string; body: string },
  { to, channel, url, json }: PhoneSendOptions,
): Promise<number> {
  const base = serverUrl(sources, url);
  const answer = await request(`${base}/_test/v1/default/phones/${encodeURIComponent(number)}/send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ body, to, channel }),
    headersTimeout: 60_000,
  }).catch((error: Error) => {
    throw new CliError(EXIT.notFound, `Nothing answers at ${base} (${error.message}). Start it with: pidge dev`);
  });
  const text = await answer.body.text();
  // What has no phones looks at the JSON before it looks for the path.
  if (answer.statusCode === 415) throw new CliError(EXIT.refused, `${base} has none: ${ONLY_DEV}`);
  if (answer.statusCode >= 400) {
    const refusal = (text.startsWith('{') ? JSON.parse(text) : {}) as {
      code?: number;
      message?: string;
      details?: { fix?: string };
    };
    const { code = answer.statusCode, message = ONLY_DEV, details } = refusal;
    throw new CliError(EXIT.refused, `${code} ${message}${details?.fix ? `\n  ${details.fix}` : ''}`);
  }
  const taken = JSON.parse(text) as Taken;
  if (json) print(JSON.stringify(taken));
  else show(taken, channel ?? channelFrom(number, to));
  return taken.alerts.every((alert) => isWanted(taken, alert)) ? EXIT.ok : EXIT.refused;
}

/** Nobody is answered after a STOP: that the app's reply to it was left out is what the word was for. */
function isWanted({ keyword }: Taken, { code }: Taken['alerts'][number]): boolean {
  return keyword?.type === 'STOP' && code === OPTED_OUT;
}

function show(taken: Taken, channel: string): void {
  const { sid, why, pending, webhook, replies, keyword, alerts } = taken;
  const asked = webhook ? `  ${webhook.url}  ${webhook.status ?? 'no answer'}  ${webhook.ms} ms` : '';
  print(`${sid ?? 'not taken in'}  ${why ?? (pending ? 'the app has not answered yet' : 'received')}${asked}`);
  if (sid !== null && webhook === null && !pending) print(`  nobody was asked: ${whereToSet(channel)}`);
  if (keyword?.reply) print(`  ← "${plain(keyword.reply)}"`);
  for (const { body } of replies) print(`  ← "${plain(body)}"`);
  for (const alert of alerts) {
    const { code, why: text } = alert;
    print(
      isWanted(taken, alert)
        ? `  the app's reply was left out: ${code}`
        : `  ${code} ${plain(text)}: pidge explain ${code}`,
    );
  }
}

function whereToSet(channel: string): string {
  if (channel === 'sms') return 'set sms_url of [[numbers]] in pidge.toml, or SmsUrl of the number';
  return `set sms_url of [[senders]], address = "${plain(channel)}:…", in pidge.toml, or the sender's webhook`;
}
