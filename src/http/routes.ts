/** The table of the 2010 API: every path we answer, its verbs, and who does it. 404 and 405 follow from it. */
import { isSid, type SidPrefix } from '../domain/sid.ts';
import { fetchAccount, listAccounts } from './accounts.ts';
import {
  createApplication,
  fetchApplication,
  listApplications,
  removeApplication,
  updateApplication,
} from './applications.ts';
import { createValidation, fetchCallerId, listCallerIds, removeCallerId, updateCallerId } from './caller-ids.ts';
import type { Handler } from './context.ts';
import { createFeedback } from './feedback.ts';
import {
  createMessage,
  fetchMessage,
  listMedia,
  listMessages,
  missingMedia,
  removeMessage,
  updateMessage,
} from './messages.ts';
import { createNumber, fetchNumber, listNumbers, removeNumber, updateNumber } from './numbers.ts';
import { fetchShortCode, listShortCodes, updateShortCode } from './short-codes.ts';

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  /** Segments below the account, `{XX,YY}` for a sid with one of these prefixes. */
  path: string;
  verbs: Partial<Record<Verb, Handler>>;
  /** Bodies are JSON; a form when left out. */
  body?: 'json';
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
  { path: 'Applications', verbs: { GET: listApplications, POST: createApplication } },
  {
    path: 'Applications/{AP}',
    verbs: { GET: fetchApplication, POST: updateApplication, DELETE: removeApplication },
  },
  { path: 'OutgoingCallerIds', verbs: { GET: listCallerIds, POST: createValidation } },
  { path: 'OutgoingCallerIds/{PN}', verbs: { GET: fetchCallerId, POST: updateCallerId, DELETE: removeCallerId } },
  { path: 'SMS/ShortCodes', verbs: { GET: listShortCodes } },
  { path: 'SMS/ShortCodes/{SC}', verbs: { GET: fetchShortCode, POST: updateShortCode } },
  { path: '', verbs: { GET: fetchAccount } },
];

/** `/2010-04-01/Accounts` itself: acts on the caller's own account. */
export const ACCOUNTS_ROUTE: Route = { path: 'Accounts', verbs: { GET: listAccounts } };

export interface Match {
  route: Route;
  sids: string[];
}

/** A family of paths behind one gate: the 2010 API, or what a product host serves. */
export interface Face {
  /** As Fastify takes them. */
  paths: string[];
  /** The account that a path names; `undefined`: it names none and acts on the caller's own. */
  accountSegment(base: string): string | undefined;
  find(base: string): Match | null;
  /** What browsers are told they may use, when it is not what the 2010 API has. */
  methods?: string;
  /** The path as a 404 names it. */
  shownPath(path: string): string;
}

type Step = string | SidPrefix[];

/** The route for some segments of a path; `null` for an unknown path, a malformed sid included. */
export type FindRoute = (segments: string[]) => Match | null;

/** Makes the look-up of a table. Where two rows fit, the first one wins. */
export function compileRoutes(routes: Route[]): FindRoute {
  const compiled = routes.map((route) => ({
    route,
    steps: route.path === '' ? [] : route.path.split('/').map(readStep),
  }));
  return (segments) => {
    for (const { route, steps } of compiled) {
      const sids = steps.length === segments.length ? sidsIn(steps, segments) : null;
      if (sids) return { route, sids };
    }
    return null;
  };
}

function readStep(segment: string): Step {
  return segment.startsWith('{') ? (segment.slice(1, -1).split(',') as SidPrefix[]) : segment;
}

/** The sids at the places that want one; `null`: the segments do not fit. */
function sidsIn(steps: Step[], segments: string[]): string[] | null {
  const sids: string[] = [];
  const fits = steps.every((step, index) => {
    const segment = segments[index] ?? '';
    if (typeof step === 'string') return step === segment;
    sids.push(segment);
    return isSid(segment, ...step);
  });
  return fits ? sids : null;
}
