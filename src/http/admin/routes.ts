/** Our own side of the API, `/_admin/v1`: what the original has no API for. JSON, and CSV where there is a list to keep. */
import { compileRoutes, type Face, type Match, type Route, under } from '../routes.ts';
import { fetchAdvanced, putAdvanced, removeAdvanced } from './advanced-opt-out.ts';
import {
  fetchSenderHandling,
  fetchServiceHandling,
  putSenderHandling,
  putServiceHandling,
} from './keyword-handling.ts';
import { importOptOuts } from './opt-out-import.ts';
import { addOptOut, exportOptOuts, listOptOutLog, listOptOuts, removeOptOut } from './opt-outs.ts';
import { captureTrace, fetchTrace } from './pdus.ts';

const ROOT = '/_admin/v1/accounts';
/** A file of some 15 000 opt-outs. */
const BODY_LIMIT = 1_048_576;

/** Below `/_admin/v1/accounts/{AC}`. */
const ROUTES: Route[] = [
  { path: 'opt-outs', body: 'json', verbs: { GET: listOptOuts, POST: addOptOut, DELETE: removeOptOut } },
  { path: 'opt-outs.csv', verbs: { GET: exportOptOuts } },
  { path: 'opt-outs/import', body: 'csv', verbs: { POST: importOptOuts } },
  { path: 'opt-outs/log', verbs: { GET: listOptOutLog } },
  { path: 'messages/{SM,MM}/trace', verbs: { GET: fetchTrace } },
  { path: 'messages/{SM,MM}/trace.pcap', verbs: { GET: captureTrace } },
  {
    path: 'services/{MG}/opt-out',
    body: 'json',
    verbs: { GET: fetchAdvanced, PUT: putAdvanced, DELETE: removeAdvanced },
  },
  {
    path: 'services/{MG}/keyword-handling',
    body: 'json',
    verbs: { GET: fetchServiceHandling, PUT: putServiceHandling },
  },
  {
    path: 'senders/{PN,SC,XE}/keyword-handling',
    body: 'json',
    verbs: { GET: fetchSenderHandling, PUT: putSenderHandling },
  },
];

const find = compileRoutes(ROUTES);

export const ADMIN_FACE: Face = {
  paths: [ROOT, `${ROOT}/*`],
  table: under(`${ROOT}/{AC}`, ROUTES),
  methods: 'GET, POST, PUT, DELETE, OPTIONS',
  bodyLimit: BODY_LIMIT,
  accountSegment: (base) => base.slice(ROOT.length + 1).split('/')[0] || undefined,
  find(base): Match | null {
    const [account, ...rest] = base.slice(ROOT.length + 1).split('/');
    return account ? find(rest) : null;
  },
  shownPath: (path) => path,
};
