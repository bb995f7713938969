/** The tables of `/v1/LinkShortening` and `/v2/LinkShortening`. */
import { withoutVersion } from '../product-path.ts';
import { compileRoutes, type Face, type Route, under } from '../routes.ts';
import {
  fetchCertificate,
  fetchSecondCertificate,
  removeCertificate,
  requestManagedCertificate,
  saveCertificate,
} from './link-certificates.ts';
import { fetchConfig, LINK_ROOT, listDomains, SECOND_LINK_ROOT, updateConfig, validateDns } from './link-domains.ts';
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

const SECOND_ROUTES: Route[] = [{ path: 'Domains/{DN}/Certificate', verbs: { GET: fetchSecondCertificate } }];

export const LINK_FACE = faceOf(LINK_ROOT, ROUTES);
export const SECOND_LINK_FACE = faceOf(SECOND_LINK_ROOT, SECOND_ROUTES);

function faceOf(root: string, routes: Route[]): Face {
  const find = compileRoutes(routes);
  return {
    paths: [`${root}/*`],
    table: under(root, routes),
    accountSegment: () => undefined,
    find: (base) => find(base.slice(root.length + 1).split('/')),
    // As the original names it: without the version.
    shownPath: withoutVersion,
  };
}
