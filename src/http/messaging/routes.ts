/** The table of the messaging host: `/v1/Services` and what is below. JSON only, no account in the path. */
import { compileRoutes, type Face, type Route, under } from '../routes.ts';
import {
  createCampaign,
  fetchCampaign,
  importCampaign,
  listCampaigns,
  listCampaignUsecases,
  removeCampaign,
  updateCampaign,
} from './campaigns.ts';
import { POOL_KINDS } from './pool-kinds.ts';
import { poolHandlers } from './pools.ts';
import { explainChoice } from './sender-choice.ts';
import { createService, fetchService, listServices, listUsecases, removeService, updateService } from './services.ts';

const VERSION = '/v1';
const ROOT = `${VERSION}/Services`;

/** Below `/v1/Services`. */
const ROUTES: Route[] = [
  { path: '', verbs: { GET: listServices, POST: createService } },
  { path: 'Usecases', verbs: { GET: listUsecases } },
  { path: '{MG}/SenderChoice', verbs: { GET: explainChoice } },
  { path: '{MG}', verbs: { GET: fetchService, POST: updateService, DELETE: removeService } },
  ...POOL_KINDS.flatMap((kind): Route[] => {
    const { list, add, fetch, remove } = poolHandlers(kind);
    return [
      { path: `{MG}/${kind.path}`, verbs: { GET: list, POST: add } },
      { path: `{MG}/${kind.path}/{${kind.prefix}}`, verbs: { GET: fetch, DELETE: remove } },
    ];
  }),
  { path: 'PreregisteredUsa2p', verbs: { POST: importCampaign } },
  { path: '{MG}/Compliance/Usa2p', verbs: { GET: listCampaigns, POST: createCampaign } },
  { path: '{MG}/Compliance/Usa2p/Usecases', verbs: { GET: listCampaignUsecases } },
  {
    path: '{MG}/Compliance/Usa2p/{QE}',
    verbs: { GET: fetchCampaign, POST: updateCampaign, DELETE: removeCampaign },
  },
];

const find = compileRoutes(ROUTES);

export const MESSAGING_FACE: Face = {
  paths: [ROOT, `${ROOT}/*`],
  table: under(ROOT, ROUTES),
  // Product hosts know no path account: a subaccount comes with its own credentials.
  accountSegment: () => undefined,
  find: (base) => find(base.length === ROOT.length ? [] : base.slice(ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice(VERSION.length),
};
