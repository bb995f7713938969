/** Resources of configuration that the store keeps as documents: found by the sid in the path, listed in pages. */
import { refuse } from '../domain/errors.ts';
import type { SidPrefix } from '../domain/sid.ts';
import type { Document } from '../store/directory.ts';
import type { List, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { withoutVersion } from './product-path.ts';
import { canonicalSid } from './sids.ts';

/** More of one kind than an account is expected to have; what is beyond is not listed. */
export const MOST_DOCUMENTS = 10_000;

/** The document that the path names; 404/20404 when there is none, worded as product hosts do: without the version. */
export async function findDocument(call: Call, kind: string): Promise<Document> {
  const document = await call.context.store.document(call.account.sid, kind, canonicalSid(call.sids[0]));
  if (document === null) throw refuse(20404, { path: withoutVersion(call.meta.path) });
  return document;
}

export interface Listing {
  kind: string;
  prefix: SidPrefix;
  key: string;
  container: string;
  element: string;
  /** Query parameters and the wire properties they have to equal; an empty value filters nothing. */
  filters: Record<string, string>;
  render: (document: Document) => Resource;
}

/** A page of the account's documents of a kind, newest first. */
export async function listDocuments(call: Call, listing: Listing): Promise<List> {
  const paging = readPaging(call.query, listing.prefix);
  const filters = Object.keys(listing.filters).flatMap((name): [string, string][] => {
    const value = call.query.one(name);
    return value ? [[name, value]] : [];
  });
  const query = { accountSid: call.account.sid, kind: listing.kind, limit: MOST_DOCUMENTS };
  const documents = (await call.context.store.documents(query)).filter(({ properties }) =>
    filters.every(([name, value]) => properties[listing.filters[name] ?? ''] === value),
  );
  const page = slicePage(documents, paging);
  return makeList(call, paging, {
    key: listing.key,
    container: listing.container,
    element: listing.element,
    resources: page.items.map(listing.render),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
}
