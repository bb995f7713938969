/**
 * Twilio has a host for each product; here one host has them all. A proxy or a client that keeps them apart by path may
 * say `/messaging/v1/…` for `/v1/…`: the products' paths are different ones all the same.
 */
const PREFIX = /^\/(?:messaging|content|accounts|monitor|lookups)(?=\/v[12]\/)/;

/** A client that takes this server for its proxy writes the whole URL; a server has to take that (RFC 9112, 3.2.2). */
const ORIGIN = /^https?:\/\/[^/?]*/i;

/**
 * Twilio's examples for Lookups end the number with a slash: `/v1/PhoneNumbers/+1…/?Type=carrier`. Nowhere else: behind
 * it stands the SID that somebody has forgotten.
 */
const NUMBER_AND_SLASH = /^(\/v[12]\/PhoneNumbers\/[^/?]+)\/(?=\?|$)/;

/** The target of a request without its origin, and without the name of a product before its version. */
export function withoutProduct(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(ORIGIN, '') || '/';
  return path.replace(PREFIX, '').replace(NUMBER_AND_SLASH, '$1');
}

/** A path as product hosts name it in their refusals: `/Services/MG1` of `/v1/Services/MG1`. */
export function withoutVersion(path: string): string {
  return path.replace(/^\/v\d+(?=\/)/, '');
}
