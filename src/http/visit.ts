/** What the door notes about a request on its way in. */
import type { Account } from '../store/directory.ts';
import type { Format } from './answer.ts';
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
  errorCode?: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit;
  }
}
