/** What the console needs of the settings and of the machine, and who can sit at it. */
import type { ScheduleLimits } from '../message-schedule.ts';
import type { AskWebhook, MetricsRoom, SettingsRoom } from './insight-parts.ts';
import type { LiveFeed } from './live-feed.ts';
import type { RefusalsBook } from './refusals-book.ts';

/** Whoever has signed in to the console; on a developer's own machine whoever sits there. */
export interface Who {
  name: string;
  /** A viewer changes nothing, and secrets are masked for it. */
  role: 'operator' | 'viewer';
}

export interface ConsoleUser extends Who {
  password: string;
}

/** Absent from the context where there is no console. */
export interface ConsoleParts {
  /** Empty: nobody can sign in. */
  users: readonly ConsoleUser[];
  /** Names (with or without port) under which the console may be reached beside its own. */
  allowHosts: readonly string[];
  /** How long the audit is kept. */
  auditMs: number;
  /** Of this installation, the same on all nodes: makes tokens that nobody else can make. */
  key: Uint8Array;
  /** Folder of the built pages. */
  folder: string;
  /** The first account, which is whose machine it is. */
  operatorSid: string;
  /** Real people, simulated phones alone, or nobody: production without a carrier. */
  reach: 'people' | 'phones' | 'nobody';
  version: string;
  /** Bodies are sealed in the store, so that nothing can be looked for in them. */
  sealBodies: boolean;
  scheduleLimits: ScheduleLimits;
  live: LiveFeed;
  /** Asks a customer's URL, within the fence of callbacks. */
  ask?: AskWebhook;
  refusals?: RefusalsBook;
  metrics?: MetricsRoom;
  settings?: SettingsRoom;
}
