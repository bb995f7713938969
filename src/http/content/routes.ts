/** The table of the content host: templates and their approval. JSON both ways, no account in the path. */
import { compileRoutes, type Face, type Route, under } from '../routes.ts';
import { createApproval, fetchApproval, listWithApprovals, searchWithApprovals } from './approvals.ts';
import {
  createContent,
  fetchContent,
  listContent,
  listLegacy,
  removeContent,
  searchContent,
  updateContent,
} from './templates.ts';

const ROUTES: Route[] = [
  { path: 'v1/Content', body: 'json', verbs: { GET: listContent, POST: createContent } },
  { path: 'v1/Content/{HX}', body: 'json', verbs: { GET: fetchContent, PUT: updateContent, DELETE: removeContent } },
  { path: 'v1/Content/{HX}/ApprovalRequests', verbs: { GET: fetchApproval } },
  { path: 'v1/Content/{HX}/ApprovalRequests/whatsapp', body: 'json', verbs: { POST: createApproval } },
  { path: 'v1/ContentAndApprovals', verbs: { GET: listWithApprovals } },
  { path: 'v1/LegacyContent', verbs: { GET: listLegacy } },
  { path: 'v2/Content', verbs: { GET: searchContent } },
  { path: 'v2/ContentAndApprovals', verbs: { GET: searchWithApprovals } },
];

const find = compileRoutes(ROUTES);

export const CONTENT_FACE: Face = {
  paths: [
    '/v1/Content',
    '/v1/Content/*',
    '/v1/ContentAndApprovals',
    '/v1/LegacyContent',
    '/v2/Content',
    '/v2/ContentAndApprovals',
  ],
  table: under('', ROUTES),
  methods: 'GET, POST, PUT, DELETE, OPTIONS',
  accountSegment: () => undefined,
  find: (base) => find(base.slice(1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice('/v1'.length),
};
