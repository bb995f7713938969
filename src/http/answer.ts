/** What a resource answers, before anybody knows in which format: the shapes between the resources and the renderers. */

export const API_ROOT = '/2010-04-01';

export type Format = 'json' | 'xml' | 'csv';

/** A resource in API spelling. Every key of its schema is present; what is missing is `null`. */
export type Resource = Record<string, unknown>;

export type Answer =
  /** `isReplayed`: made by an earlier request with the same idempotency key. */
  | { kind: 'resource'; status: 200 | 201 | 202; element: string; resource: Resource; isReplayed?: boolean }
  | { kind: 'list'; list: List }
  | { kind: 'page'; page: Page }
  | { kind: 'none' }
  | Download
  | Redirect;

/** A file as long as it gets, written while it is made. */
export interface Download {
  kind: 'download';
  contentType: string;
  name: string;
  chunks: AsyncIterable<string | Uint8Array>;
  /** Below `/_admin/v1` the audit says what was taken: how many rows or PDUs are in `chunks` so far. */
  taken?: { count: number };
}

/** 302 to an absolute address. */
export interface Redirect {
  kind: 'redirect';
  location: string;
}

export interface List {
  /** Key of the array in JSON, such as `messages`. */
  key: string;
  /** Name of the container in XML, such as `Messages`. */
  container: string;
  element: string;
  resources: Resource[];
  page: number;
  pageSize: number;
  uri: string;
  firstUri: string;
  nextUri: string | null;
  previousUri: string | null;
}

/** A page of a list as product hosts answer it: JSON only, absolute URLs. */
export interface Page {
  /** Key of the array, such as `services`. */
  key: string;
  resources: Resource[];
  page: number;
  pageSize: number;
  url: string;
  firstUrl: string;
  nextUrl: string | null;
  previousUrl: string | null;
}
