import type { ConfigSources } from '../config.ts';
import { isFinal, type Status } from '../domain/message.ts';
import { apiClient, type WireMessage } from './client.ts';
import { EXIT } from './exit.ts';
import { plain, print } from './terminal.ts';
import { sleep } from './wait.ts';

const POLL_MS = 500;
const PAGE = 200;

/**
 * Prints the newest `count` messages, then every message that is new or has changed its status, until interrupted.
 * Polls one page: of more than 200 new messages within half a second, the oldest are missed.
 */
export async function tail(
  sources: ConfigSources,
  options: { count: number; follow: boolean; url?: string; json: boolean },
): Promise<number> {
  const client = apiClient(sources, options.url);
  let known = new Map<string, string>();
  for (let first = true; ; first = false) {
    const page = await client.list(PAGE);
    const fresh = first
      ? page.slice(0, options.count)
      : page.filter((message) => known.get(message.sid) !== message.status);
    for (const message of fresh.reverse()) print(options.json ? JSON.stringify(message) : line(message));
    if (!options.follow) return EXIT.ok;
    known = new Map(page.map((message) => [message.sid, message.status]));
    await sleep(POLL_MS);
  }
}

function line(message: WireMessage): string {
  const arrow = message.direction === 'inbound' ? '↓' : '↑';
  const code = message.error_code === null ? '' : `  ${message.error_code} ${message.error_message ?? ''}`;
  const status = isFinal(message.status as Status) ? message.status : `${message.status}…`;
  return `${message.sid}  ${arrow} ${message.from ?? ''} → ${message.to}  ${status}${code}  "${plain(message.body)}"`;
}
