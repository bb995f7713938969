/** The rooms of the console, a line each. */
import { ATTEMPTS } from './attempts.ts';
import { CATALOGUE } from './catalogue.ts';
import { CHECK_MESSAGE } from './check-message.ts';
import { ERROR_GROUPS } from './error-groups.ts';
import { GRAFANA } from './grafana.ts';
import { LINKS } from './links.ts';
import { LIVE } from './live-events.ts';
import { MESSAGES } from './messages-room.ts';
import { METRICS } from './metrics.ts';
import type { ConsoleModule } from './module.ts';
import { SETTINGS } from './settings.ts';

export const MODULES: readonly ConsoleModule[] = [
  CHECK_MESSAGE,
  LIVE,
  MESSAGES,
  ATTEMPTS,
  CATALOGUE,
  ERROR_GROUPS,
  LINKS,
  METRICS,
  GRAFANA,
  SETTINGS,
];
