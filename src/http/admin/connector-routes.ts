/** `/_admin/v1/connectors`: the operator's, so no account is in the path. */
import { compileRoutes, type Face, type Match, type Route, under } from '../routes.ts';
import { listConnectors } from './connector-list.ts';
import { pauseConnector, resumeConnector } from './connector-pause.ts';
import { testConnector } from './connector-test.ts';
import { captureConnector, listConnectorPdus } from './pdus.ts';

const ROOT = '/_admin/v1/connectors';

const ROUTES: Route[] = [
  { path: '', verbs: { GET: listConnectors } },
  { path: '{*}/pause', body: 'json', verbs: { POST: pauseConnector } },
  { path: '{*}/resume', body: 'json', verbs: { POST: resumeConnector } },
  { path: '{*}/test', body: 'json', verbs: { POST: testConnector } },
  { path: '{*}/pdus', verbs: { GET: listConnectorPdus } },
  { path: '{*}/pdus.pcap', verbs: { GET: captureConnector } },
];

const find = compileRoutes(ROUTES);

export const CONNECTORS_FACE: Face = {
  paths: [ROOT, `${ROOT}/*`],
  table: under(ROOT, ROUTES),
  methods: 'GET, POST, OPTIONS',
  accountSegment: () => undefined,
  find(base): Match | null {
    const below = base.slice(ROOT.length + 1);
    return find(below === '' ? [] : below.split('/'));
  },
  shownPath: (path) => path,
};
