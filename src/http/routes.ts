/** The table of the 2010 API: every path we answer, its verbs, and who does it. 404 and 405 follow from it. */
import { isSid, type SidPrefix } from '../domain/sid.ts';
import { createAccount, updateAccount } from './account-changes.ts';
import { fetchAccount, listAccounts } from './accounts.ts';
import { API_ROOT } from './answer.ts';
import {
  createApplication,
  fetchApplication,
  listApplications,
  removeApplication,
  updateApplication,
} from './applications.ts';
import { AVAILABLE_TYPES, fetchCountry, listCountries, searchNumbers } from './available-numbers.ts';
import { fetchBalance } from './balance.ts';
import { createValidation, fetchCallerId, listCallerIds, removeCallerId, updateCallerId } from './caller-ids.ts';
import type { Handler } from './context.ts';
import { createFeedback } from './feedback.ts';
import { keyHandlers, signingKeyHandlers } from './keys.ts';
import { fetchMedium, listMedia, removeMedium } from './media.ts';
import { createMessage, fetchMessage, listMessages, removeMessage, updateMessage } from './messages.ts';
import { fetchNotification, listNotifications } from './notifications.ts';
import { NUMBER_TYPES, numbersOfType } from './number-types.ts';
import { createNumber, fetchNumber, listNumbers, removeNumber, updateNumber } from './numbers.ts';
import { fetchShortCode, listShortCodes, updateShortCode } from './short-codes.ts';
import { listRecords, RECORD_LISTS } from './usage-records.ts';
import { createTrigger, fetchTrigger, listTriggers, removeTrigger, updateTrigger } from './usage-triggers.ts';

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  /** Segments below the face's root: `{XX,YY}` for a sid with one of these prefixes, `{*}` for anything. */
  path: string;
  verbs: Partial<Record<Verb, Handler>>;
  /** A form when left out. */
  body?: 'json' | 'csv';
  /** Standard API keys may not: it takes a token of the account. */
  needsToken?: true;
  /** Also for accounts that are suspended, and for closed ones under their parent: the handlers judge by themselves. */
  anyStanding?: true;
}

/** Below `/2010-04-01/Accounts/{AC}`; the empty path is the account itself. */
export const ACCOUNT_ROUTES: Route[] = [
  { path: 'Messages', verbs: { GET: listMessages, POST: createMessage } },
  { path: 'Messages/{SM,MM}', verbs: { GET: fetchMessage, POST: updateMessage, DELETE: removeMessage } },
  { path: 'Messages/{SM,MM}/Media', verbs: { GET: listMedia } },
  { path: 'Messages/{SM,MM}/Media/{ME}', verbs: { GET: fetchMedium, DELETE: removeMedium } },
  { path: 'Messages/{SM,MM}/Feedback', verbs: { POST: createFeedback } },
  { path: 'IncomingPhoneNumbers', verbs: { GET: listNumbers, POST: createNumber } },
  ...NUMBER_TYPES.map(([segment, type]): Route => {
    const { list, create } = numbersOfType(type);
    return { path: `IncomingPhoneNumbers/${segment}`, verbs: { GET: list, POST: create } };
  }),
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
  { path: 'AvailablePhoneNumbers', verbs: { GET: listCountries } },
  { path: 'AvailablePhoneNumbers/{*}', verbs: { GET: fetchCountry } },
  ...AVAILABLE_TYPES.map(
    ([segment, , type]): Route => ({
      path: `AvailablePhoneNumbers/{*}/${segment}`,
      verbs: { GET: searchNumbers(type) },
    }),
  ),
  ...keyRoutes('Keys', keyHandlers),
  ...keyRoutes('SigningKeys', signingKeyHandlers),
  { path: 'Balance', verbs: { GET: fetchBalance } },
  { path: 'Usage/Records', verbs: { GET: (call) => listRecords(call) } },
  ...RECORD_LISTS.map(([segment, list]): Route => ({ path: `Usage/Records/${segment}`, verbs: { GET: list } })),
  { path: 'Usage/Triggers', verbs: { GET: listTriggers, POST: createTrigger } },
  { path: 'Usage/Triggers/{UT}', verbs: { GET: fetchTrigger, POST: updateTrigger, DELETE: removeTrigger } },
  { path: 'Notifications', verbs: { GET: listNotifications } },
  { path: 'Notifications/{NO}', verbs: { GET: fetchNotification } },
  { path: '', needsToken: true, anyStanding: true, verbs: { GET: fetchAccount, POST: updateAccount } },
];

function keyRoutes(path: string, { create, list, fetch, update, remove }: typeof keyHandlers): Route[] {
  return [
    { path, needsToken: true, verbs: { GET: list, POST: create } },
    { path: `${path}/{SK}`, needsToken: true, verbs: { GET: fetch, POST: update, DELETE: remove } },
  ];
}

/** `/2010-04-01/Accounts` itself: acts on the caller's own account. */
export const ACCOUNTS_ROUTE: Route = {
  path: 'Accounts',
  needsToken: true,
  verbs: { GET: listAccounts, POST: createAccount },
};

/** Routes of a table with their whole paths. */
export function under(root: string, routes: Route[]): Route[] {
  return routes.map((route) => ({ ...route, path: route.path === '' ? root : `${root}/${route.path}` }));
}

/** All of the 2010 API, with whole paths. */
export const API_TABLE: Route[] = [
  { ...ACCOUNTS_ROUTE, path: `${API_ROOT}/Accounts` },
  ...under(`${API_ROOT}/Accounts/{AC}`, ACCOUNT_ROUTES),
];

export interface Match {
  route: Route;
  sids: string[];
}

/** A family of paths behind one gate: the 2010 API, or what a product host serves. */
export interface Face {
  /** As Fastify takes them. */
  paths: string[];
  /** Every route of the face with its whole path, for who walks over all of them. */
  table: Route[];
  /** The account that a path names; `undefined`: it names none and acts on the caller's own. */
  accountSegment(base: string): string | undefined;
  find(base: string): Match | null;
  /** A session of the console stands in for credentials of the account. */
  lendsCredentials?: true;
  /** Of the machine: to other accounts than the operator's it is not there. */
  isOperators?: true;
  /** In bytes, when it is not the server's. */
  bodyLimit?: number;
  /** What browsers are told they may use, when it is not what the 2010 API has. */
  methods?: string;
  /** The path as a 404 names it. */
  shownPath(path: string): string;
}

/** A segment as it is, or the prefixes of the sids that fit; none: anything fits. */
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
  if (segment === '{*}') return [];
  return segment.startsWith('{') ? (segment.slice(1, -1).split(',') as SidPrefix[]) : segment;
}

/** What stands at the variable places, undecoded; `null`: the segments do not fit. */
function sidsIn(steps: Step[], segments: string[]): string[] | null {
  const sids: string[] = [];
  const fits = steps.every((step, index) => {
    const segment = segments[index] ?? '';
    if (typeof step === 'string') return step === segment;
    sids.push(segment);
    return step.length === 0 ? segment !== '' : isSid(segment, ...step);
  });
  return fits ? sids : null;
}
