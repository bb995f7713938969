/**
 * The pages of the console by the first segment of their addresses: these are answered with its index, and the browser
 * knows the rest. `/errors/{code}` is the catalogue's own page and stays so, and `/metrics` is for Prometheus: its page is at `plots`.
 */
export const CLIENT_PATHS: readonly string[] = [
  'accounts',
  'connectors',
  'errors',
  'faults',
  'links',
  'messages',
  'numbers',
  'phones',
  'plots',
  'scheduled',
  'send',
  'services',
  'settings',
  'templates',
  'webhooks',
];
