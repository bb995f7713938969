/** Keys and SigningKeys: one kind of thing under two names. The secret is shown when it is made and never again. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Document } from '../store/directory.ts';
import type { Answer, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { hashSecret, KEYS, makeSecret } from './credentials.ts';
import { MOST_DOCUMENTS } from './documents.ts';
import { keepDocument } from './keep-document.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { friendlyName } from './properties.ts';
import { canonicalSid } from './sids.ts';

interface Naming {
  key: string;
  container: string;
  element: string;
}

/** What the two paths answer is the same, but for the name of the list. */
export const keyHandlers = handlers({ key: 'keys', container: 'Keys', element: 'Key' });
export const signingKeyHandlers = handlers({
  key: 'signing_keys',
  container: 'SigningKeys',
  element: 'SigningKey',
});

function handlers({ key, container, element }: Naming) {
  const one = (found: Document): Answer => ({ kind: 'resource', status: 200, element, resource: render(found) });

  async function create(call: Call): Promise<Answer> {
    const { store, clock, sids } = call.context;
    const name = readName(call) ?? null;
    const secret = makeSecret();
    const now = clock.now();
    const made: Document = {
      ...KEYS,
      sid: sids.make('SK'),
      parentSid: call.account.sid,
      name: null,
      properties: { friendly_name: name, secret_sha256: hashSecret(secret) },
      createdAt: now,
      updatedAt: now,
    };
    await store.saveDocument(made);
    return { kind: 'resource', status: 201, element, resource: { ...render(made), secret } };
  }

  async function list(call: Call): Promise<Answer> {
    const paging = readPaging(call.query, 'SK');
    const query = { ...KEYS, parentSid: call.account.sid, limit: MOST_DOCUMENTS };
    const { items, ...around } = slicePage(await call.context.store.documents(query), paging);
    const found = { key, container, element, resources: items.map(render), ...around, filters: [] };
    return { kind: 'list', list: makeList(call, paging, found) };
  }

  async function fetch(call: Call): Promise<Answer> {
    return one(await mustFind(call));
  }

  async function update(call: Call): Promise<Answer> {
    const found = await mustFind(call);
    const name = readName(call);
    const properties = name === undefined ? found.properties : { ...found.properties, friendly_name: name };
    const updated = { ...found, properties, updatedAt: call.context.clock.now() };
    await keepDocument(call.context.store, updated, found);
    return one(updated);
  }

  /** Other nodes may believe in it for a second more. */
  async function remove(call: Call): Promise<Answer> {
    const { sid } = await mustFind(call);
    await call.context.store.removeDocument(KEYS.accountSid, KEYS.kind, sid);
    return { kind: 'none' };
  }

  return { create, list, fetch, update, remove };
}

/** A key of another account is as good as none. */
async function mustFind(call: Call): Promise<Document> {
  const found = await call.context.store.document(KEYS.accountSid, KEYS.kind, canonicalSid(call.sids[0]));
  if (found === null || found.parentSid !== call.account.sid) throw refuse(20404, { path: call.meta.path });
  return found;
}

function readName({ form }: Call): string | undefined {
  const name = form.one('FriendlyName');
  return name === undefined ? undefined : friendlyName('FriendlyName', name);
}

function render({ sid, properties, createdAt, updatedAt }: Document): Resource {
  return {
    sid,
    friendly_name: properties.friendly_name ?? null,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
  };
}
