/**
 * Certificates of link domains. Pidge speaks no TLS, the proxy in front of it does: what is uploaded is judged as
 * the original would, its dates are noted, and neither certificate nor key is kept.
 */
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import type { LinkDomain } from '../../domain/link-domain.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { readCertificate } from './certificate.ts';
import { documentOf, LINK_ROOT, mustFindDomain, nameOf, SECOND_LINK_ROOT, saveProperties } from './link-domains.ts';

/** As it stands among the properties of the domain. */
interface Certificate {
  sid: string;
  expires_at: number;
  created_at: number;
  updated_at: number;
}

export async function saveCertificate(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const now = call.context.clock.now();
  const { expiresAt } = readCertificate(call.form.one('TlsCert') ?? '', { host: new URL(domain.base).hostname, now });
  const known = await certificateOf(call, domain);
  const certificate: Certificate = {
    sid: known?.sid ?? call.context.sids.make('CW'),
    expires_at: expiresAt,
    created_at: known?.created_at ?? now,
    updated_at: now,
  };
  await saveProperties(call, domain, { certificate });
  return answer(known ? 200 : 201, shown(call, domain, certificate));
}

export async function fetchCertificate(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  return answer(200, shown(call, domain, await mustHaveCertificate(call, domain)));
}

/** As the second version tells it. */
export async function fetchSecondCertificate(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const certificate = await mustHaveCertificate(call, domain);
  const url = `${call.origin()}${SECOND_LINK_ROOT}/Domains/${domain.sid}/Certificate`;
  return answer(200, { ...shown(call, domain, certificate), ...NEVER_MANAGED, url });
}

export async function removeCertificate(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  await mustHaveCertificate(call, domain);
  await saveProperties(call, domain, { certificate: undefined });
  return { kind: 'none' };
}

/** Nobody here gets certificates for others. */
const NEVER_MANAGED = { managed: false, requesting: false };

export async function requestManagedCertificate(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const certificate = await certificateOf(call, domain);
  const resource = {
    ...show(domain, certificate),
    date_created: iso8601(certificate?.created_at ?? call.account.createdAt),
    date_updated: iso8601(certificate?.updated_at ?? call.account.createdAt),
    ...NEVER_MANAGED,
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/RequestManagedCert`,
  };
  return { kind: 'resource', status: 200, element: 'ManagedCert', resource };
}

async function certificateOf(call: Call, { sid }: LinkDomain): Promise<Certificate | null> {
  const { certificate } = (await documentOf(call, sid))?.properties ?? {};
  return (certificate as Certificate | undefined) ?? null;
}

async function mustHaveCertificate(call: Call, domain: LinkDomain): Promise<Certificate> {
  const certificate = await certificateOf(call, domain);
  if (!certificate) throw refuse(30107, {}, { received: domain.sid });
  return certificate;
}

function show(domain: LinkDomain, certificate: Certificate | null): Resource {
  return {
    domain_sid: domain.sid,
    domain_name: nameOf(domain),
    certificate_sid: certificate?.sid ?? null,
    date_expires: certificate && iso8601(certificate.expires_at),
  };
}

function shown(call: Call, domain: LinkDomain, certificate: Certificate): Resource {
  return {
    ...show(domain, certificate),
    date_created: iso8601(certificate.created_at),
    date_updated: iso8601(certificate.updated_at),
    // It is judged on the spot, so none is ever waiting.
    cert_in_validation: null,
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/Certificate`,
  };
}

function answer(status: 200 | 201, resource: Resource): Answer {
  return { kind: 'resource', status, element: 'Certificate', resource };
}
