/** `/v1/LinkShortening/Domains`: link domains, their settings and where their names lead. New ones are made in the settings. */
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { hostOf, type LinkDomain, OWN_LINK_PATH } from '../../domain/link-domain.ts';
import { type DomainProperties, LINK_DOMAIN_KIND, linkDomain } from '../../engine/link-domains.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { keepDocument } from '../keep-document.ts';
import { readBoolean } from '../parameters.ts';
import { canonicalSid } from '../sids.ts';

export const LINK_ROOT = '/v1/LinkShortening';
/** Of the second version there is the certificate alone. */
export const SECOND_LINK_ROOT = '/v2/LinkShortening';

/** An addition of ours: elsewhere only the console shows which domains there are. */
export async function listDomains(call: Call): Promise<Answer> {
  const domains = (call.context.links?.domains() ?? []).map((domain) => ({
    sid: domain.sid,
    domain_name: nameOf(domain),
    messaging_service_sids: domain.services,
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/Config`,
  }));
  return { kind: 'resource', status: 200, element: 'Domains', resource: { domains } };
}

export async function fetchConfig(call: Call): Promise<Answer> {
  return answerConfig(call, await mustFindDomain(call), 200);
}

export async function updateConfig(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const known = await documentOf(call, domain.sid);
  await saveProperties(call, domain, { ...readProperties(call) });
  return answerConfig(call, await mustFindDomain(call), known ? 200 : 201);
}

/** Whether the name leads anywhere. Whether it leads here is not looked into: who is behind a proxy cannot know. */
export async function validateDns(call: Call): Promise<Answer> {
  const domain = await mustFindDomain(call);
  const resource = {
    domain_sid: domain.sid,
    ...(await lookUp(call, domain)),
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/ValidateDns`,
  };
  return { kind: 'resource', status: 200, element: 'ValidateDns', resource };
}

async function lookUp(call: Call, domain: LinkDomain): Promise<{ is_valid: boolean; reason: string }> {
  const { hostname } = new URL(domain.base);
  if (isOwn(domain) || isNoName(hostname)) {
    return { is_valid: true, reason: `Links begin with ${domain.base}, so there is no name to look up.` };
  }
  try {
    const addresses = await call.context.links?.resolve(hostname);
    const found = addresses?.join(', ') ?? '';
    return { is_valid: true, reason: `${hostname} leads to ${found}. Whether that is this server was not checked.` };
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return { is_valid: false, reason: `30134: ${hostname} leads nowhere (${why}). Make a DNS record for it.` };
  }
}

/** At our own origin, under a path that only there is one of links. */
function isOwn({ base }: LinkDomain): boolean {
  return new URL(base).pathname === OWN_LINK_PATH;
}

function isNoName(hostname: string): boolean {
  return hostname === 'localhost' || hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
}

/** The domain in the path; 404/30100 when there is none of this sid. */
export async function mustFindDomain(call: Call): Promise<LinkDomain> {
  const sid = canonicalSid(call.sids[0]);
  const { store, links } = call.context;
  const domain = links && (await linkDomain(store, links.domains, call.account.sid, sid));
  if (!domain) throw refuse(30100, {}, { received: sid });
  return domain;
}

/** What the account changed of a domain, and since when; `null`: nothing. */
export function documentOf(call: Call, sid: string): Promise<Document | null> {
  return call.context.store.document(call.account.sid, LINK_DOMAIN_KIND, sid);
}

/** Changes some properties of a domain for this account; `undefined` removes one. */
export async function saveProperties(call: Call, { sid }: LinkDomain, change: Record<string, unknown>): Promise<void> {
  const now = call.context.clock.now();
  const known = await documentOf(call, sid);
  const document: Document = {
    accountSid: call.account.sid,
    kind: LINK_DOMAIN_KIND,
    sid,
    parentSid: '',
    name: null,
    properties: { ...known?.properties, ...change },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  await keepDocument(call.context.store, document, known);
}

/** As the original names it: the whole address, without a slash at its end. */
export function nameOf({ base }: LinkDomain): string {
  return isOwn({ base } as LinkDomain) ? base.slice(0, -1) : `${new URL(base).protocol}//${hostOf({ base })}`;
}

/** What both kinds of config answers show. */
export async function showConfig(call: Call, domain: LinkDomain): Promise<Resource> {
  const document = await documentOf(call, domain.sid);
  return {
    domain_sid: domain.sid,
    // There is one config a domain, so that its sid can be told from the other's.
    config_sid: `ZK${domain.sid.slice(2)}`,
    fallback_url: domain.fallbackUrl,
    callback_url: domain.callbackUrl,
    continue_on_failure: domain.continueOnFailure,
    date_created: iso8601(document?.createdAt ?? call.account.createdAt),
    date_updated: iso8601(document?.updatedAt ?? call.account.createdAt),
  };
}

async function answerConfig(call: Call, domain: LinkDomain, status: 200 | 201): Promise<Answer> {
  const resource = {
    ...(await showConfig(call, domain)),
    disable_https: domain.hideScheme,
    url: `${call.origin()}${LINK_ROOT}/Domains/${domain.sid}/Config`,
  };
  return { kind: 'resource', status, element: 'DomainConfig', resource };
}

function readProperties(call: Call): DomainProperties {
  const { form } = call;
  const read: DomainProperties = {};
  const fallback = readUrl(call, 'FallbackUrl', { missing: 30121, invalid: 30122 });
  if (fallback !== undefined) read.fallback_url = fallback;
  const callback = readUrl(call, 'CallbackUrl', { missing: 30123, invalid: 30109 });
  if (callback !== undefined) read.callback_url = callback;
  const goesOn = readBoolean(form, 'ContinueOnFailure');
  if (goesOn !== undefined) read.continue_on_failure = goesOn;
  const isHidden = readBoolean(form, 'DisableHttps');
  if (isHidden !== undefined) read.disable_https = isHidden;
  return read;
}

function readUrl({ form }: Call, parameter: string, codes: { missing: number; invalid: number }): string | undefined {
  const url = form.one(parameter);
  if (url === undefined) return undefined;
  if (url === '') throw refuse(codes.missing, {}, { parameter, received: '' });
  const parsed = parseCallbackUrl(url);
  if (!parsed.ok) throw refuse(codes.invalid, {}, { parameter, received: url, fix: `Not accepted: ${parsed.why}.` });
  return url;
}
