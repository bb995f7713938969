/** The table of the 2010 API: every path we answer, its verbs, and who does it. 404 and 405 follow from it. */
import { isSid, type SidPrefix } from '../domain/sid.ts';
import { fetchAccount, listAccounts } from './accounts.ts';
import type { Handler } from './context.ts';
import {
  createFeedback,
  createMessage,
  fetchMessage,
  listMedia,
  listMessages,
  missingMedia,
  removeMessage,
  updateMessage,
} from './messages.ts';
import { createNumber, fetchNumber, listNumbers, removeNumber, updateNumber } from './numbers.ts';

export type Verb = 'GET' | 'POST' | 'DELETE';

export interface Route {
  /** Segments below the account, `{XX,YY}` for a sid with one of these prefixes. */
  path: string;
  verbs: Partial<Record<Verb, Handler>>;
}

/** Below `/2010-04-01/Accounts/{AC}`; the empty path is the account itself. */
export const ACCOUNT_ROUTES: Route[] = [
  { path: 'Messages', verbs: { GET: listMessages, POST: createMessage } },
  { path: 'Messages/{SM,MM}', verbs: { GET: fetchMessage, POST: updateMessage, DELETE: removeMessage } },
  { path: 'Messages/{SM,MM}/Media', verbs: { GET: listMedia } },
  { path: 'Messages/{SM,MM}/Media/{ME}', verbs: { GET: missingMedia, DELETE: missingMedia } },
  { path: 'Messages/{SM,MM}/Feedback', verbs: { POST: createFeedback } },
  { path: 'IncomingPhoneNumbers', verbs: { GET: listNumbers, POST: createNumber } },
  { path: 'IncomingPhoneNumbers/{PN}', verbs: { GET: fetchNumber, POST: updateNumber, DELETE: removeNumber } },
  { path: '', verbs: { GET: fetchAccount } },
];

/** `/2010-04-01/Accounts` itself: acts on the caller's own account. */
export const ACCOUNTS_ROUTE: Route = { path: 'Accounts', verbs: { GET: listAccounts } };

export interface Match {
  route: Route;
  sids: string[];
}

type Step = string | SidPrefix[];

const COMPILED = ACCOUNT_ROUTES.map((route) => ({
  route,
  steps: route.path === '' ? [] : route.path.split('/').map(readStep),
}));

function readStep(segment: string): Step {
  return segment.startsWith('{') ? (segment.slice(1, -1).split(',') as SidPrefix[]) : segment;
}

/** The route for the segments after the account; `null` for an unknown path, a malformed sid included. */
export function findRoute(segments: string[]): Match | null {
  for (const { route, steps } of COMPILED) {
    if (steps.length !== segments.length) continue;
    const sids: string[] = [];
    const fits = steps.every((step, index) => {
      const segment = segments[index] ?? '';
      if (typeof step === 'string') return step === segment;
      sids.push(segment);
      return isSid(segment, ...step);
    });
    if (fits) return { route, sids };
  }
  return null;
}
