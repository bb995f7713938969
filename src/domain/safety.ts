/**
 * The staging guard: whom a server with real carriers may really write to. It stands in front of every carrier
 * (`connectors/guarded.ts`), so it holds for whatever sends; asked earlier, it can tell the client.
 */
export interface Safety {
  /** Numbers, and beginnings of numbers that end in `*`; `null`: everybody. */
  allowTo: readonly string[] | null;
  /** What becomes of messages to anybody else. */
  others: 'refuse' | 'simulate';
  /** Everything goes to this number (E.164) instead of its recipient; `null`: nothing does. */
  redirectAll: string | null;
}

export const NO_GUARD: Safety = { allowTo: null, others: 'refuse', redirectAll: null };

/** Why somebody else is not written to (behaviour sheet 12.2). */
export const NOT_ALLOWED = 21608;

/** Whether what is meant for this recipient (canonical) may leave, to whomever it goes then. */
export function mayText({ allowTo, redirectAll }: Safety, to: string): boolean {
  if (redirectAll !== null || allowTo === null) return true;
  const number = to.slice(to.indexOf(':') + 1);
  return allowTo.some((one) => (one.endsWith('*') ? number.startsWith(one.slice(0, -1)) : number === one));
}

/** Who gets it; `null`: its channel knows no numbers, so it cannot be redirected. */
export function recipientOf({ redirectAll }: Safety, to: string): string | null {
  if (redirectAll === null) return to;
  const scheme = to.slice(0, to.indexOf(':') + 1);
  return scheme === 'messenger:' ? null : scheme + redirectAll;
}
