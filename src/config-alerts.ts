/** The settings of alerts: who is told, and how long they are kept. */

/** Rows of the table of settings. */
export const ALERT_KEYS = [
  {
    path: 'webhooks.debugger_url',
    type: { kind: 'url' },
    default: { dev: null, serve: null },
    about: 'debugger webhook: told of every alert of accounts that have none of their own',
  },
  {
    path: 'retention.alerts',
    type: { kind: 'duration' },
    default: { dev: '30d', serve: '30d' },
    about: 'how long alerts are kept',
  },
] as const;

/** Keys of an entry of `[[accounts]]`, besides its `sid`. */
export const ACCOUNT_ALERTS = { debugger_url: { kind: 'url' } } as const;

export interface AlertSettings {
  keepMs: number;
  debuggerUrl: string | null;
  /** What an account of its own has instead, by sid. */
  accounts: ReadonlyMap<string, string>;
}

/** `entries`: those of `[[accounts]]`, by the keys of the file. */
export function readAlertSettings(get: <T>(path: string) => T, entries: Record<string, unknown>[]): AlertSettings {
  const accounts = entries.flatMap(({ sid, debugger_url }): [string, string][] =>
    debugger_url === undefined ? [] : [[sid as string, debugger_url as string]],
  );
  return {
    keepMs: get('retention.alerts'),
    debuggerUrl: get('webhooks.debugger_url'),
    accounts: new Map(accounts),
  };
}

/** Who is told of an account's alerts; `null`: nobody. */
export function debuggerUrlIn({ debuggerUrl, accounts }: AlertSettings) {
  return (accountSid: string): string | null => accounts.get(accountSid) ?? debuggerUrl;
}
