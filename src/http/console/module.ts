/** What one room of the console adds to the door: routes, and what is said of them. */
import type { FastifyInstance } from 'fastify';
import type { Answer, Resource } from '../answer.ts';
import type { HttpContext } from '../context.ts';
import type { Route } from '../routes.ts';

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export type Schema = Record<string, unknown>;

/** What `/_admin/v1/openapi.json` says of one verb of one path. */
export interface Operation {
  summary: string;
  /** Parameters of the query and what they do. */
  query?: Record<string, string>;
  /** The body of the request; JSON unless `type` says otherwise. */
  body?: { type?: string; schema?: Schema };
  /** The answer when all is well; 200 and JSON unless it says otherwise. */
  answer?: { status?: number; type?: string; schema?: Schema };
}

/** By verb and path below `/_admin/v1`: `GET accounts/{AC}/messages/{SM,MM}`. `ANY` stands for every verb. */
export type Docs = Record<string, Operation>;

export interface ConsoleModule {
  /** Paths below `/_admin/v1`, the operator's: `metrics`, `catalogue/{*}`. */
  operator?: readonly Route[];
  /** Paths below `/_admin/v1/accounts/{AC}`, of that account. Each needs its row in tests/contract/access-rows.ts. */
  account?: readonly Route[];
  /**
   * What needs Fastify itself, such as a stream. Paths are below `/_admin/v1` (`/events`); an `:account` in one is opened.
   * The guard has run before the handler: `request.visit.who`, `.caller` and `.account` are set.
   */
  plain?: (app: FastifyInstance, context: HttpContext) => void;
  /** Of every route of the three. */
  docs: Docs;
}

/** An answer of JSON. */
export function answer(resource: Resource, status: 200 | 201 | 202 = 200): Answer {
  return { kind: 'resource', status, element: 'Answer', resource };
}
