import { request } from 'undici';
import type { ConfigSources } from '../config.ts';
import { realClock } from '../domain/clock.ts';
import { serverUrl } from './client.ts';
import { CliError, EXIT } from './exit.ts';
import { print } from './terminal.ts';
import { parseWait, sleep } from './wait.ts';

const POLL_MS = 100;

/** Asks `/readyz` until it says yes, at most `wait` long (`"0s"`: once). 7 when it does not. */
export async function ready(
  sources: ConfigSources,
  options: { wait: string; url?: string; json: boolean },
): Promise<number> {
  const waitMs = parseWait(options.wait);
  const base = serverUrl(sources, options.url);
  const until = realClock.monotonic() + waitMs;
  for (;;) {
    const why = await ask(base, Math.max(1_000, until - realClock.monotonic()));
    if (why === null) {
      print(options.json ? JSON.stringify({ ready: true, url: base }) : `${base} is ready`);
      return EXIT.ok;
    }
    if (realClock.monotonic() >= until) throw new CliError(EXIT.timeout, `${base} is not ready: ${why}`);
    await sleep(POLL_MS);
  }
}

/** `null` when ready, else the reason. */
async function ask(base: string, timeoutMs: number): Promise<string | null> {
  try {
    const answer = await request(`${base}/readyz`, { headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
    const text = await answer.body.text();
    return answer.statusCode === 200 ? null : `it answers ${answer.statusCode} ${text.slice(0, 200)}`;
  } catch (error) {
    // Not there yet is what this command waits for; the reason is told when time is up.
    return (error as Error).message || String((error as NodeJS.ErrnoException).code);
  }
}
