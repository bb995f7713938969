/** What accounts are told of themselves: alerts of what goes wrong, and usage triggers. */
import type { AlertDraft } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Store } from '../store/store.ts';
import { makeAlerts } from './alerts.ts';
import { makeUsageTriggers } from './usage-triggers.ts';

export interface ReportParts {
  store: Pick<Store, 'raiseAlerts' | 'documents' | 'accounts' | 'usage' | 'fireTrigger'>;
  clock: Clock;
  sids: Pick<SidMaker, 'make'>;
  observe: Observer;
  settings: ReportSettings;
  ringCallbacks: () => void;
}

export interface ReportSettings {
  /** Who is told of an account's alerts; `null`: nobody. */
  debuggerUrlOf: (accountSid: string) => string | null;
  /** How long alerts are kept. */
  keepAlertsMs: number;
}

export interface Reports {
  /** Keeps alerts in the background. */
  raise(drafts: AlertDraft[]): void;
  /** For the rooms: what they observe is passed on, and what has failed is an alert. */
  observe: Observer;
  start(): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export function makeReports(parts: ReportParts): Reports {
  const alerts = makeAlerts({ ...parts, ...parts.settings });
  const triggers = makeUsageTriggers(parts);
  return {
    raise: alerts.raise,
    observe(event) {
      parts.observe(event);
      alerts.watch(event);
    },
    start: () => triggers.start(),
    idle: () => alerts.idle(),
    async stop() {
      await triggers.stop();
      await alerts.stop();
    },
  };
}
