/**
 * Domains of short links as an account has them: what the settings name, with what the account changed of it through
 * the API on top. Documents of kind `link-domain` hold such changes under the `DN…`, documents of kind `link-service`
 * say under an `MG…` which domain a service uses.
 */
import type { LinkDomain } from '../domain/link-domain.ts';
import type { Document } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

export const LINK_DOMAIN_KIND = 'link-domain';
export const LINK_SERVICE_KIND = 'link-service';

export type LinkReads = Pick<Store, 'document'>;

/** The domains that the settings name; asked each time, as our own origin is known only once we listen. */
export type LinkDomains = () => readonly LinkDomain[];

/** The wire properties of a domain that an account may set. */
export interface DomainProperties {
  fallback_url?: string;
  callback_url?: string;
  continue_on_failure?: boolean;
  disable_https?: boolean;
}

/** A domain by its sid; `null`: the settings name none such (any more). */
export async function linkDomain(
  store: LinkReads,
  domains: LinkDomains,
  accountSid: string,
  sid: string,
): Promise<LinkDomain | null> {
  const domain = domains().find((one) => one.sid === sid);
  return domain ? changedBy(await store.document(accountSid, LINK_DOMAIN_KIND, sid), domain) : null;
}

/**
 * The domain that shortens the links of a service: the one it was put into; else one whose settings name it; else one
 * that is for all services. `null`: none, or it was taken out of its domain.
 */
export async function domainOfService(
  store: LinkReads,
  domains: LinkDomains,
  accountSid: string,
  serviceSid: string,
): Promise<LinkDomain | null> {
  const chosen = await store.document(accountSid, LINK_SERVICE_KIND, serviceSid);
  const all = domains();
  const sid = chosen
    ? chosen.properties.domain_sid
    : (all.find(({ services }) => services?.includes(serviceSid)) ?? all.find(({ services }) => services === null))
        ?.sid;
  return typeof sid === 'string' ? linkDomain(store, domains, accountSid, sid) : null;
}

/** Whether the service was put into a domain, by the API or by the settings, rather than having one that is for all. */
export async function isNamedElsewhere(
  store: LinkReads,
  domains: LinkDomains,
  { accountSid, serviceSid, domainSid }: { accountSid: string; serviceSid: string; domainSid: string },
): Promise<boolean> {
  const domain = await domainOfService(store, domains, accountSid, serviceSid);
  if (!domain || domain.sid === domainSid) return false;
  const chosen = await store.document(accountSid, LINK_SERVICE_KIND, serviceSid);
  return chosen !== null || domain.services !== null;
}

function changedBy(document: Document | null, domain: LinkDomain): LinkDomain {
  if (!document) return domain;
  const { fallback_url, callback_url, continue_on_failure, disable_https } = document.properties as DomainProperties;
  return {
    ...domain,
    fallbackUrl: fallback_url ?? domain.fallbackUrl,
    callbackUrl: callback_url ?? domain.callbackUrl,
    continueOnFailure: continue_on_failure ?? domain.continueOnFailure,
    hideScheme: disable_https ?? domain.hideScheme,
  };
}
