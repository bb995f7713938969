/** Domains of short links as `pidge.toml` names them: what is wrong with them, and what they are once running. */
import type { Mode } from './config-keys.ts';
import { LINK_TTL_MS, type LinkDomain, OWN_LINK_PATH } from './domain/link-domain.ts';
import { namedSid } from './domain/sid.ts';

/** One `[[link_domains]]`. */
export interface LinkDomainSetting {
  /** A host, for `https`, or the whole origin: `http://localhost:7670`. */
  domain: string;
  sid?: string;
  /** `MG…`; left out or `["all"]`: every service. */
  services?: string[];
  fallbackUrl?: string;
  callbackUrl?: string;
  continueOnFailure?: boolean;
  hideScheme?: boolean;
  ttlMs?: number;
}

/** The name of the domain that `dev` has at its own origin. It keeps its sid whatever the port. */
const OWN_NAME = 'own origin';

/** The domains at `origin`, our own. In `dev` that is one of them, so that short links work without any settings. */
export function linkDomainsFrom(settings: LinkDomainSetting[], mode: Mode, origin: string): LinkDomain[] {
  const named = settings.map((setting): LinkDomain => {
    const base = baseOf(setting.domain) ?? '';
    const { services = ['all'] } = setting;
    return {
      sid: setting.sid ?? namedSid('DN', new URL(base).host),
      base,
      services: services.includes('all') ? null : services,
      fallbackUrl: setting.fallbackUrl ?? null,
      callbackUrl: setting.callbackUrl ?? null,
      continueOnFailure: setting.continueOnFailure ?? false,
      hideScheme: setting.hideScheme ?? false,
      ttlMs: setting.ttlMs ?? LINK_TTL_MS,
    };
  });
  if (mode !== 'dev') return named;
  const own: LinkDomain = {
    sid: namedSid('DN', OWN_NAME),
    base: origin + OWN_LINK_PATH,
    services: null,
    fallbackUrl: null,
    callbackUrl: null,
    continueOnFailure: true,
    hideScheme: false,
    ttlMs: LINK_TTL_MS,
  };
  return [...named, own];
}

/**
 * The domains as they are at any time: our own origin is known once we listen. A wildcard address is one to listen on,
 * not one to visit.
 */
export function makeLinkDomains(settings: LinkDomainSetting[], mode: Mode, origin: () => string) {
  let made = { origin: '', domains: [] as LinkDomain[] };
  return (): readonly LinkDomain[] => {
    const present = origin().replace(/\/\/(?:0\.0\.0\.0|\[::\])(?=:|$)/, '//localhost');
    if (present !== made.origin) made = { origin: present, domains: linkDomainsFrom(settings, mode, present) };
    return made.domains;
  };
}

/** A sentence for each thing that is wrong. */
export function linkDomainProblems(settings: LinkDomainSetting[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  const once = (what: string, domain: string): void => {
    const other = seen.get(what);
    if (other !== undefined) problems.push(`link_domains has ${what} twice: in "${other}" and in "${domain}".`);
    seen.set(what, domain);
  };
  for (const { domain, sid, services = [] } of settings) {
    const base = baseOf(domain);
    if (base === null) {
      const allowed = 'a host like "l.example.com", or an origin like "https://l.example.com", without a path';
      problems.push(`link_domains.domain is "${domain}". Allowed: ${allowed}.`);
      continue;
    }
    once(`the domain ${new URL(base).host}`, domain);
    if (sid !== undefined) {
      if (/^DN[0-9a-f]{32}$/.test(sid)) once(sid, domain);
      else problems.push(`link_domains.sid is "${sid}". Allowed: DN and 32 hexadecimal digits in lower case.`);
    }
    for (const service of services) {
      if (/^MG[0-9a-f]{32}$/.test(service)) once(service, domain);
      else if (service !== 'all') {
        problems.push(`link_domains.services holds "${service}". Allowed: "all", or SIDs of Messaging Services.`);
      }
    }
  }
  return problems;
}

function baseOf(domain: string): string | null {
  const text = /^https?:\/\//i.test(domain) ? domain : `https://${domain}`;
  if (!URL.canParse(text)) return null;
  const { protocol, host, pathname, search, hash, username, password } = new URL(text);
  const isBare = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  return isBare && host !== '' ? `${protocol}//${host}/` : null;
}

/** An entry of `[[link_domains]]`, whose types have been checked. */
export function linkDomainFrom(entry: Record<string, unknown>): LinkDomainSetting {
  return {
    domain: entry.domain as string,
    sid: (entry.sid ?? undefined) as string | undefined,
    services: (entry.services ?? undefined) as string[] | undefined,
    fallbackUrl: entry.fallback_url as string | undefined,
    callbackUrl: entry.callback_url as string | undefined,
    continueOnFailure: entry.continue_on_failure as boolean | undefined,
    hideScheme: entry.disable_https as boolean | undefined,
    ttlMs: entry.ttl as number | undefined,
  };
}
