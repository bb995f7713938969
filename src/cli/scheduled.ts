import type { ConfigSources } from '../config.ts';
import { apiClient } from './client.ts';
import { EXIT } from './exit.ts';
import { plain, print } from './terminal.ts';

/** Prints what waits for its hour, earliest first; at most `count`. */
export async function scheduled(
  sources: ConfigSources,
  options: { count: number; url?: string; json: boolean },
): Promise<number> {
  const messages = await apiClient(sources, options.url).scheduled(options.count);
  for (const message of messages) {
    const { sid, send_at: sendAt, from, to, body } = message;
    if (options.json) print(JSON.stringify(message));
    else print(`${sendAt}  ${sid}  ${from ?? 'a service'} → ${to}  "${plain(body)}"`);
  }
  if (messages.length === 0 && !options.json) print('Nothing is scheduled.');
  return EXIT.ok;
}
