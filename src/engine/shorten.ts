/** Shortening at the door: the links of a draft become short ones before anything is counted. */
import { refuse } from '../domain/errors.ts';
import { makeCode, type Shortened, shortenLinks } from '../domain/links.ts';
import { characters } from '../domain/segments.ts';
import type { Account } from '../store/directory.ts';
import type { NewLink } from '../store/media.ts';
import type { Acceptance, Accepted, Store } from '../store/store.ts';
import { type Draft, LONGEST_BODY } from './draft.ts';
import { domainOfService, type LinkDomains, type LinkReads } from './link-domains.ts';

export interface ShortenParts {
  domains: LinkDomains;
  /** Unpredictable bytes: whoever could guess a code would read what others were sent. */
  random: (bytes: number) => Uint8Array;
}

/** A text ready to be accepted. */
export interface ShortText {
  body: string;
  links: NewLink[];
}

/** The text of a draft with short links; with other codes at each call, and as long as before. */
export interface Shortener {
  (): ShortText;
  continueOnFailure: boolean;
}

/** One code in 10¹⁷ is in use when a billion are: who sees this twice has a broken source of chance. */
const TRIES = 5;

/**
 * How the links of the draft are to be shortened; `null`: not at all, because nobody asked for it or the recipient is
 * on a channel, whose links are its own. Refused: no service, or one without a domain (30106).
 */
export async function shortenerFor(
  store: LinkReads,
  parts: ShortenParts | undefined,
  account: Account,
  draft: Draft,
  now: number,
): Promise<Shortener | null> {
  const { serviceSid, body } = draft;
  if (!draft.shortenUrls || draft.to.kind === 'channel') return null;
  const domain = serviceSid && parts && (await domainOfService(store, parts.domains, account.sid, serviceSid));
  if (!domain) throw withoutDomain(serviceSid);
  const others = parts.domains().map(({ base: url }) => url);
  const base = { url: domain.base, hideScheme: domain.hideScheme, others };
  const expiresAt = (draft.sendAt ?? now) + domain.ttlMs;
  const shorten = (): Shortened => shortenLinks(body, base, () => makeCode(parts.random));
  const length = characters(shorten().body);
  if (length > LONGEST_BODY) {
    // A short link may be longer than what it stands for.
    if (domain.continueOnFailure) return null;
    const received = `${length} characters with short links`;
    throw refuse(21617, {}, { parameter: 'Body', received, allowed: `up to ${LONGEST_BODY}` });
  }
  const shortener = (): ShortText => {
    const { body: text, links } = shorten();
    return { body: text, links: links.map((link) => ({ ...link, domainSid: domain.sid, expiresAt })) };
  };
  return Object.assign(shortener, { continueOnFailure: domain.continueOnFailure });
}

/** `ShortenUrls` without a service, or with one whose links no domain shortens. */
function withoutDomain(serviceSid: string | null): Error {
  const parameter = 'MessagingServiceSid';
  if (serviceSid === null) {
    return refuse(30106, {}, { parameter, received: '', fix: 'ShortenUrls needs a Messaging Service: name one.' });
  }
  return refuse(30106, {}, { parameter, received: serviceSid });
}

/** Accepts one message, with other codes when one of its own is in use. `link-taken`: so was every other. */
export async function acceptShortened(
  store: Pick<Store, 'accept'>,
  acceptance: Acceptance,
  now: number,
  shortener: Shortener | null,
): Promise<Accepted | undefined> {
  for (let tries = 1; ; tries += 1) {
    const [result] = await store.accept([acceptance], now);
    const isTaken = result?.ok === false && result.reason === 'link-taken';
    if (!isTaken || !shortener || tries === TRIES) return result;
    const { body, links } = shortener();
    acceptance.message.body = body;
    acceptance.links = links;
  }
}
