/** A domain of short links, as the settings name it. What an account changed of it through the API comes on top. */
export interface LinkDomain {
  /** `DN…` */
  sid: string;
  /** What its links begin with: `https://l.example.com/`, or `https://pidge.example.com/l/` at our own origin. */
  base: string;
  /** `MG…` of the services whose links it shortens; `null`: those of every service that no other domain names. */
  services: readonly string[] | null;
  /** Where to send who asks for a link that is over or was never there; `null`: to a page that says so. */
  fallbackUrl: string | null;
  /** Who is told of clicks. */
  callbackUrl: string | null;
  /** Whether a message whose links cannot be shortened leaves with the long ones, or not at all (30103). */
  continueOnFailure: boolean;
  /** Whether texts show its links without `https://`. */
  hideScheme: boolean;
  /** How long its links lead somewhere. */
  ttlMs: number;
}

/** How long a link leads somewhere, unless told otherwise. */
export const LINK_TTL_MS = 90 * 86_400_000;
/** The path of short links at our own origin. */
export const OWN_LINK_PATH = '/l/';

/** Host (and port) of a domain, as a browser names it in `Host`. */
export function hostOf({ base }: Pick<LinkDomain, 'base'>): string {
  return new URL(base).host;
}
