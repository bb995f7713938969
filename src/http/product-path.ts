/**
 * Twilio has a host for each product; here one host has them all. A proxy or a client that keeps them apart by path may
 * say `/messaging/v1/…` for `/v1/…`: the products' paths are different ones all the same.
 */
const PREFIX = /^\/(?:messaging|content|accounts|monitor|lookups)(?=\/v[12]\/)/;

/** The target of a request without the name of a product before its version. */
export function withoutProduct(target: string): string {
  return target.replace(PREFIX, '');
}
