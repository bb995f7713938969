import type { ConfigSources } from '../config.ts';
import { realClock } from '../domain/clock.ts';
import { isFinal, STATUSES, type Status } from '../domain/message.ts';
import { apiClient, type WireMessage } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { plain, print } from './terminal.ts';
import { parseWait, sleep } from './wait.ts';

export interface SendOptions {
  to: string;
  body: string;
  from: string;
  callback?: string;
  wait?: string;
  timeout: string;
  url?: string;
  json: boolean;
}

const POLL_MS = 100;

/** Sends one message and prints its SID; with `wait` stays until it has that status, and fails with 9 or 7. */
export async function send(sources: ConfigSources, options: SendOptions): Promise<number> {
  const wanted = options.wait;
  if (wanted !== undefined && !STATUSES.includes(wanted as Status)) {
    throw new CliError(EXIT.usage, `--wait is "${wanted}". Allowed: ${STATUSES.join(', ')}.`);
  }
  const timeoutMs = parseWait(options.timeout);
  const client = apiClient(sources, options.url);
  const form: Record<string, string> = { To: options.to, From: options.from, Body: options.body };
  if (options.callback !== undefined) form.StatusCallback = options.callback;
  let message = await client.create(form);

  const until = realClock.monotonic() + timeoutMs;
  while (wanted !== undefined && message.status !== wanted && !isFinal(message.status as Status)) {
    if (realClock.monotonic() > until) {
      show(message, options.json);
      throw new CliError(EXIT.timeout, `${message.sid} is still ${message.status} after ${options.timeout}.`);
    }
    await sleep(POLL_MS);
    message = await client.fetch(message.sid);
  }
  show(message, options.json);
  if (wanted === undefined || message.status === wanted || passed(message.status, wanted)) return EXIT.ok;
  const code = message.error_code === null ? '' : ` with ${message.error_code}: pidge explain ${message.error_code}`;
  throw new CliError(EXIT.refused, `${message.sid} ended ${message.status}${code}`);
}

/** A quick walk may be over before it is looked at: `delivered` has been `sent`. */
function passed(status: string, wanted: string): boolean {
  const walk = ['accepted', 'queued', 'sending', 'sent', 'delivered', 'read'];
  return walk.includes(wanted) && walk.indexOf(status) > walk.indexOf(wanted);
}

function show(message: WireMessage, json: boolean): void {
  if (json) print(JSON.stringify(message));
  else print(`${message.sid}  ${message.status}  ${message.from ?? ''} → ${message.to}  "${plain(message.body)}"`);
}
