/** Content templates: made, changed, searched and removed. What was given is kept and echoed as it came. */
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { findDocument, MOST_DOCUMENTS } from '../documents.ts';
import { keepDocument } from '../keep-document.ts';
import { answerPage } from '../messaging/page.ts';
import { readContentRequest } from './read-content.ts';
import { answerSelected } from './select-content.ts';

export const CONTENT = 'content';

export async function createContent(call: Call): Promise<Answer> {
  const { store, clock, sids } = call.context;
  const { friendlyName, language, types, variables } = readContentRequest(call.json);
  if (language === undefined) {
    throw refuse(
      20001,
      {},
      { parameter: 'language', allowed: 'a language code such as en', fix: 'Give the language.' },
    );
  }
  const now = clock.now();
  const content: Document = {
    accountSid: call.account.sid,
    kind: CONTENT,
    sid: sids.make('HX'),
    parentSid: '',
    name: null,
    properties: { friendly_name: friendlyName ?? null, language, variables, types, approval: null },
    createdAt: now,
    updatedAt: now,
  };
  await store.saveDocument(content);
  return answerWith(201, renderContent(call, content));
}

export async function fetchContent(call: Call): Promise<Answer> {
  return answerWith(200, renderContent(call, await findDocument(call, CONTENT)));
}

/** Types and variables are replaced as a whole; a name or language that is left out stays. */
export async function updateContent(call: Call): Promise<Answer> {
  const content = await findDocument(call, CONTENT);
  const { friendlyName, language, types, variables } = readContentRequest(call.json);
  const properties = {
    ...content.properties,
    types,
    variables,
    ...(friendlyName !== undefined && { friendly_name: friendlyName }),
    ...(language !== undefined && { language }),
  };
  const updated = { ...content, properties, updatedAt: call.context.clock.now() };
  await keepDocument(call.context.store, updated, content);
  return answerWith(200, renderContent(call, updated));
}

/** Messages that were made from it keep their text. */
export async function removeContent(call: Call): Promise<Answer> {
  const { sid } = await findDocument(call, CONTENT);
  await call.context.store.removeDocument(call.account.sid, CONTENT, sid);
  return { kind: 'none' };
}

export async function listContent(call: Call): Promise<Answer> {
  return answerPage(call, 'contents', await allContent(call), (content) => renderContent(call, content));
}

/** Templates from before there were types: there never were any here. */
export async function listLegacy(call: Call): Promise<Answer> {
  return answerPage(call, 'contents', [], () => ({}));
}

/** The second version's list: the same with filters and orders. */
export async function searchContent(call: Call): Promise<Answer> {
  return answerSelected(call, await allContent(call), (content) => renderContent(call, content));
}

/** Every template of the account, newest first. */
export function allContent(call: Call): Promise<Document[]> {
  return call.context.store.documents({ accountSid: call.account.sid, kind: CONTENT, limit: MOST_DOCUMENTS });
}

/** What a template shows everywhere. */
export function renderBasics({ accountSid, sid, properties, createdAt, updatedAt }: Document): Resource {
  return {
    date_created: iso8601(createdAt),
    date_updated: iso8601(updatedAt),
    sid,
    account_sid: accountSid,
    friendly_name: properties.friendly_name ?? null,
    language: properties.language,
    variables: properties.variables,
    types: properties.types,
  };
}

function renderContent(call: Call, content: Document): Resource {
  const url = `${call.origin()}/v1/Content/${content.sid}`;
  const approvals = `${url}/ApprovalRequests`;
  const links = { approval_create: `${approvals}/whatsapp`, approval_fetch: approvals };
  return { ...renderBasics(content), url, links };
}

function answerWith(status: 200 | 201, resource: Resource): Answer {
  return { kind: 'resource', status, element: 'Content', resource };
}
