/** Labels made of what clients send: bounded, whatever they send. */

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

/** Clients choose the verb too: an unknown one must not make a new series. */
export function methodOf(method: string): string {
  return METHODS.has(method) ? method : 'other';
}

/** The resource a path belongs to; anything unknown is `other`, so no client can make labels. */
export function routeOf(path: string): string {
  const resource = /^\/2010-04-01\/Accounts(?:\/[^/?]+\/(Messages|IncomingPhoneNumbers))?/.exec(path);
  if (resource) return resource[1] ?? 'Accounts';
  const first = /^\/([^/?]+)/.exec(path)?.[1] ?? '';
  return ['_test', '_admin', 'healthz', 'readyz', 'metrics', 'errors'].includes(first) ? first : 'other';
}

/** What a callback is about: a status, unless its place says something else. */
export function callbackKind(status: string): 'click' | 'alert' | 'trigger' | 'status' {
  return status === 'click' || status === 'alert' || status === 'trigger' ? status : 'status';
}

/** '' of what is no URL. The rest of a customer's URL may hold secrets. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
