/** The table of `/v1/LinkShortening`. */
import { compileRoutes, type Face, type Route, under } from '../routes.ts';
import {
  fetchCertificate,
  removeCertificate,
  requestManagedCertificate,
  saveCertificate,
} from './link-certificates.ts';
import { fetchConfig, LINK_ROOT, listDomains, updateConfig, validateDns } from './link-domains.ts';
import { addService, fetchConfigOfService, fetchDomainOfService, removeService } from './link-services.ts';

const ROUTES: Route[] = [
  { path: 'Domains', verbs: { GET: listDomains } },
  { path: 'Domains/{DN}/Config', verbs: { GET: fetchConfig, POST: updateConfig } },
  { path: 'Domains/{DN}/ValidateDns', verbs: { GET: validateDns } },
  {
    path: 'Domains/{DN}/Certificate',
    verbs: { GET: fetchCertificate, POST: saveCertificate, DELETE: removeCertificate },
  },
  { path: 'Domains/{DN}/RequestManagedCert', verbs: { POST: requestManagedCertificate } },
  { path: 'Domains/{DN}/MessagingServices/{MG}', verbs: { POST: addService, DELETE: removeService } },
  { path: 'MessagingServices/{MG}/Domain', verbs: { GET: fetchDomainOfService } },
  { path: 'MessagingService/{MG}/DomainConfig', verbs: { GET: fetchConfigOfService } },
];

const find = compileRoutes(ROUTES);

export const LINK_FACE: Face = {
  paths: [`${LINK_ROOT}/*`],
  table: under(LINK_ROOT, ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base.slice(LINK_ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.replace(/^\/v1/, ''),
};
