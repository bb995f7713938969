/** What the door notes about a request on its way in. */
import type { Account } from '../store/directory.ts';
import type { Format } from './answer.ts';
import type { Who } from './console/parts.ts';
import type { Caller } from './credentials.ts';
import type { Match } from './routes.ts';

/** What one request gathers on its way through the door. */
export interface Visit {
  requestId: string;
  /** Monotonic milliseconds. */
  startedAt: number;
  /** As requested, without the query. */
  path: string;
  /** `path` without its extension. */
  base: string;
  format: Format;
  /** The account that the call acts on. */
  account: Account | null;
  caller: Caller | null;
  match: Match | null;
  /** Who sits at the console; `null`: the request came with credentials of an account. */
  who: Who | null;
  /** Without credentials below `/_admin/v1`: a browser must not ask its user for some. */
  isConsole: boolean;
  /** Handed on to another path of this server, which is told of in its place. */
  isHandedOn?: true;
  /** Below `/_admin/v1`: an account that the request names elsewhere than in its path; throws as the path would. */
  open?: (accountSid: string) => Promise<Account>;
  /** Whether whoever came in has not been let out since, for answers that take hours. */
  mayStay?: () => Promise<boolean>;
  /** Handed on by the console to the path it has now. */
  isFromConsole?: true;
  errorCode?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit;
  }
}
