/** Which link domain shortens the links of a service: put in, taken out, looked up from either side. */
import { refuse } from '../../domain/errors.ts';
import type { LinkDomain } from '../../domain/link-domain.ts';
import { domainOfService, isNamedElsewhere, LINK_SERVICE_KIND } from '../../engine/link-domains.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { canonicalSid } from '../sids.ts';
import { LINK_ROOT, mustFindDomain, showConfig } from './link-domains.ts';
import { findService, missingResource } from './services.ts';

export async function addService(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const serviceSid = await mustOwnService(call, call.sids[1]);
  const { store, links } = call.context;
  const place = { accountSid: call.account.sid, serviceSid, domainSid: domain.sid };
  if (links && (await isNamedElsewhere(store, links.domains, place))) throw refuse(30130, {}, { received: serviceSid });
  await choose(call, serviceSid, domain.sid);
  const resource = {
    domain_sid: domain.sid,
    messaging_service_sid: serviceSid,
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/MessagingServices/${serviceSid}`,
  };
  return { kind: 'resource', status: 201, element: 'MessagingService', resource };
}

/** From then on its links are not shortened, by a domain that is for all services neither. */
export async function removeService(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const serviceSid = await mustOwnService(call, call.sids[1]);
  if ((await domainOf(call, serviceSid))?.sid !== domain.sid) throw missingResource(call);
  await choose(call, serviceSid, null);
  return { kind: 'none' };
}

export async function fetchDomainOfService(call: Call): Promise<Answer> {
  const { domain, serviceSid } = await mustHaveDomain(call);
  const resource = {
    domain_sid: domain.sid,
    messaging_service_sid: serviceSid,
    url: `${call.origin()}${LINK_ROOT}/MessagingServices/${serviceSid}/Domain`,
  };
  return { kind: 'resource', status: 200, element: 'MessagingServiceDomain', resource };
}

export async function fetchConfigOfService(call: Call): Promise<Answer> {
  const { domain, serviceSid } = await mustHaveDomain(call);
  const resource = {
    ...(await showConfig(call, domain)),
    messaging_service_sid: serviceSid,
    url: `${call.origin()}${LINK_ROOT}/MessagingService/${serviceSid}/DomainConfig`,
  };
  return { kind: 'resource', status: 200, element: 'DomainConfig', resource };
}

/** Kept with the service, so that it goes with it. */
async function choose(call: Call, serviceSid: string, domainSid: string | null): Promise<void> {
  const now = call.context.clock.now();
  await call.context.store.saveDocument({
    accountSid: call.account.sid,
    kind: LINK_SERVICE_KIND,
    sid: serviceSid,
    parentSid: serviceSid,
    name: null,
    properties: { domain_sid: domainSid },
    createdAt: now,
    updatedAt: now,
  });
}

async function mustHaveDomain(call: Call): Promise<{ domain: LinkDomain; serviceSid: string }> {
  const serviceSid = await mustOwnService(call, call.sids[0]);
  const domain = await domainOf(call, serviceSid);
  if (!domain) throw missingResource(call);
  return { domain, serviceSid };
}

async function mustOwnService(call: Call, text: string | undefined): Promise<string> {
  const sid = canonicalSid(text);
  if (await findService(call, sid)) return sid;
  throw refuse(30127, {}, { received: sid });
}

async function domainOf({ account, context }: Call, serviceSid: string): Promise<LinkDomain | null> {
  const { store, links } = context;
  return links ? domainOfService(store, links.domains, account.sid, serviceSid) : null;
}
