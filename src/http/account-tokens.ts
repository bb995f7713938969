/** The accounts host: a second auth token beside the first, and the step that puts it in the first one's place. */
import { iso8601 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { AccountChange, SecondToken } from '../store/directory.ts';
import type { Answer } from './answer.ts';
import { unauthenticated } from './auth.ts';
import type { Call } from './context.ts';
import { makeSecret } from './credentials.ts';
import { withoutVersion } from './product-path.ts';
import { compileRoutes, type Face, type Route, under } from './routes.ts';

/** From now on both tokens are good. The second is shown here and never again. 409/20409 while there is one already. */
async function createSecond(call: Call): Promise<Answer> {
  const { store, clock, sealToken } = call.context;
  const token = makeSecret();
  const now = clock.now();
  const set = { secondToken: { sealed: sealToken(token), createdAt: now } };
  const made = await store.changeAccount({ sid: call.account.sid, set, expected: { secondToken: null } }, now);
  if (made.kind === 'done') return answer(call, 201, { secondary_auth_token: token }, now, now);
  // Closed meanwhile.
  if (made.kind === 'missing' || !made.account.secondToken) throw unauthenticated();
  throw refuse(20409, {}, { fix: 'Promote the second token, or delete it, before you make another.' });
}

async function removeSecond(call: Call): Promise<Answer> {
  const second = await secondOf(call);
  await change(call, second, {}, call.context.clock.now());
  return { kind: 'none' };
}

/** The second token becomes the only one, in one commit. Other nodes may believe in the old one for a second more. */
async function promote(call: Call): Promise<Answer> {
  const { clock, openToken } = call.context;
  const second = await secondOf(call);
  const now = clock.now();
  await change(call, second, { sealedToken: second.sealed }, now);
  call.context.onTokenChanged?.(call.account.sid);
  return answer(call, 200, { auth_token: openToken(second.sealed) }, second.createdAt, now);
}

/** What the door knows may be a second old. */
async function secondOf(call: Call): Promise<SecondToken> {
  const second = (await call.context.store.account(call.account.sid))?.secondToken;
  if (!second) throw missing(call);
  return second;
}

/** Takes away this very second token. Where somebody else has done so, there was none for a moment at least. */
async function change(call: Call, second: SecondToken, set: AccountChange['set'], now: number): Promise<void> {
  const { store } = call.context;
  const gone = { ...set, secondToken: null };
  const expected = { secondToken: second.sealed };
  const changed = await store.changeAccount({ sid: call.account.sid, set: gone, expected }, now);
  if (changed.kind !== 'done') throw missing(call);
}

function missing({ meta }: Call): Error {
  return refuse(20404, { path: withoutVersion(meta.path) }, { fix: 'POST /v1/AuthTokens/Secondary makes one.' });
}

function answer(call: Call, status: 200 | 201, token: object, createdAt: number, updatedAt: number): Answer {
  const resource = {
    account_sid: call.account.sid,
    ...token,
    date_created: iso8601(createdAt),
    date_updated: iso8601(updatedAt),
    url: call.origin() + call.base,
  };
  return { kind: 'resource', status, element: 'AuthToken', resource };
}

const ROOT = '/v1/AuthTokens';

const ROUTES: Route[] = [
  { path: 'Secondary', needsToken: true, verbs: { POST: createSecond, DELETE: removeSecond } },
  { path: 'Promote', needsToken: true, verbs: { POST: promote } },
];

const find = compileRoutes(ROUTES);

export const TOKENS_FACE: Face = {
  paths: [`${ROOT}/*`],
  table: under(ROOT, ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base.slice(ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice('/v1'.length),
};
