/** The accounts host: a second auth token beside the first, and the step that puts it in the first one's place. */
import { iso8601 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Answer } from './answer.ts';
import type { Call } from './context.ts';
import { makeSecret, removeSecondToken, saveSecondToken, sealedIn, secondToken } from './credentials.ts';
import { compileRoutes, type Face, type Route, under } from './routes.ts';

/** From now on both tokens are good. The second is shown here and never again. 409/20409 while there is one already. */
async function createSecond(call: Call): Promise<Answer> {
  const { context, account } = call;
  const token = makeSecret();
  const made = await saveSecondToken(context, account.sid, context.sealToken(token), context.clock.now());
  if (!made) throw refuse(20409, {}, { fix: 'Promote the second token, or delete it, before you make another.' });
  return answer(call, 201, { secondary_auth_token: token }, made.createdAt, made.createdAt);
}

async function removeSecond(call: Call): Promise<Answer> {
  const second = await secondToken(call.context, call.account.sid);
  if (!second || !(await removeSecondToken(call.context, second))) throw missing();
  return { kind: 'none' };
}

/** The second token becomes the only one. Nodes may believe in the old one for a second more. */
async function promote(call: Call): Promise<Answer> {
  const { context } = call;
  const second = await secondToken(context, call.account.sid);
  const sealedToken = sealedIn(second);
  const account = await context.store.account(call.account.sid);
  if (!second || !sealedToken || !account) throw missing();
  const now = context.clock.now();
  // First the account: after a crash in between both places hold the same token, and nothing is lost.
  await context.store.saveAccount({ ...account, sealedToken, updatedAt: now });
  await removeSecondToken(context, second);
  return answer(call, 200, { auth_token: context.openToken(sealedToken) }, second.createdAt, now);
}

function missing(): Error {
  return refuse(20404, { path: '/AuthTokens/Secondary' }, { fix: 'POST /v1/AuthTokens/Secondary makes one.' });
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
