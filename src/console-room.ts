/** What the console is given: put together here, because it knows the settings and where the built pages are. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import { realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { LiveFeed } from './http/console/live-feed.ts';
import type { ConsoleParts } from './http/console/parts.ts';
import { reachOf } from './routing.ts';

const FOLDER = fileURLToPath(new URL('../dist/console', import.meta.url));

/** `undefined`: there is none, by `console.enabled`. */
export function makeConsoleRoom(
  config: Config,
  secretKey: string,
  operatorSid: string,
  rooms: Pick<ConsoleParts, 'scheduleLimits' | 'live' | 'ask' | 'refusals' | 'metrics' | 'settings'>,
): ConsoleParts | undefined {
  const { enabled, ...settings } = config.console;
  if (!enabled) return undefined;
  return {
    ...settings,
    ...rooms,
    sealBodies: config.privacy.sealBodies,
    key: Buffer.from(hkdfSync('sha256', secretKey, '', 'pidge console v1', 32)),
    folder: FOLDER,
    operatorSid,
    reach: reachOf(config),
    version: packageJson.version,
  };
}

/** The live feed, and the observer with it. Pages are looked at in real time, whatever the server's clock is told. */
export function withLiveFeed(observe: Observer | undefined, also: Observer): { live: LiveFeed; observe: Observer } {
  const live = new LiveFeed(realClock, randomBytes(6).toString('hex'));
  return {
    live,
    observe(event) {
      observe?.(event);
      also(event);
      live.observe(event);
    },
  };
}
