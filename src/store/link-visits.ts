import type { LinkVisit, LinkVisitKept } from './media.ts';

/**
 * What a link keeps of its visits, for both engines: a line each, newest first, in one bounded text of its row. So a
 * visit is still one update, and the log goes with its link. Rejected: a table, which would need a bound of its own.
 */

/** In characters: some 40 visits of phones, or 250 of which nothing but the time is known. */
export const VISITS_LENGTH = 4_096;

/** `''`: nothing is to be noted. */
export function visitLine({ agent, isPreview }: LinkVisit, now: number): string {
  return agent === undefined ? '' : `${now}${isPreview ? 'p' : 'c'}${agent.replaceAll('\n', ' ')}\n`;
}

/** Newest first. The last line may have been cut off by those before it. */
export function visitsFrom(text: string): LinkVisitKept[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => {
    const [, at, kind, agent = ''] = /^(\d{1,16})([cp])(.*)$/.exec(line) ?? [];
    return at === undefined ? [] : [{ at: Number(at), isPreview: kind === 'p', agent }];
  });
}
