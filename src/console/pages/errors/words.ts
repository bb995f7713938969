/** What the cases of a code say themselves, beside what the catalogue knows. */
import type { ErrorGroup } from '../../api/error-groups.ts';
import type { KnownPhone } from '../../parts/on-purpose.tsx';

/** The words that all of the latest cases share, where they say more than the title; `null`: there are none. */
export function causeOf({ samples, source, title }: Pick<ErrorGroup, 'samples' | 'source' | 'title'>): string | null {
  const [first, ...rest] = samples.map(({ text }) => text);
  if (source === 'message' || !first || first === title || rest.some((text) => text !== first)) return null;
  return first;
}

/** What helps first, where the cases tell it better than the catalogue can. */
export function hintOf(group: Pick<ErrorGroup, 'samples' | 'source' | 'title'>): string | null {
  const cause = causeOf(group);
  if (group.source !== 'webhook' || cause === null) return null;
  return HINTS.find(([words]) => words.test(cause))?.[1] ?? null;
}

const HINTS: [words: RegExp, hint: string][] = [
  [
    /^answered 40[13]$/,
    'Your app refuses the request, as a rule because of the signature: open an attempt, tab Signature, and compare.',
  ],
  [/^answered 40[45]$/, 'Your app has nothing at this address or for this method: correct the URL, or the route.'],
  [/^answered 5\d\d$/, 'Your app failed: open an attempt, tab Response, and look at its log at this time.'],
  [/^nothing heard for|^no answer within|ran out$/, 'Your app took too long: answer first and work afterwards.'],
];

/** How to bring it about as it came about here; the catalogue knows one way for a code that has several causes. */
export function reproduceOf({ code, samples, reproduce }: Pick<ErrorGroup, 'code' | 'samples' | 'reproduce'>): string {
  const text = samples[0]?.text ?? '';
  if (code !== 11200) return reproduce;
  const [, status] = /^answered (\d{3})$/.exec(text) ?? [];
  if (status !== undefined) return `Let your endpoint answer ${status}`;
  if (/^no HTTP: /.test(text)) return 'Let your endpoint answer something that is not HTTP';
  if (/closed|reset|hang up|ECONN|EPIPE/i.test(text)) return 'Let your endpoint close the connection without an answer';
  return reproduce;
}

export interface Place {
  /** `all to`, `2 to`. */
  lead: string;
  value: string;
  /** What is known of it beside its name. */
  note: string | null;
}

/** Where it happens: the recipients with what they do on purpose, else what nearly all cases have in common. */
export function placesOf(
  {
    source,
    count,
    here,
    recipients,
    samples,
  }: Pick<ErrorGroup, 'source' | 'count' | 'here' | 'recipients' | 'samples'>,
  phones: ReadonlyMap<string, KnownPhone>,
): Place[] {
  const placed = (lead: string, value: string): Place => {
    const phone = phones.get(value);
    return { lead, value: phone?.name ? `${phone.name} (${value})` : pathOf(value), note: phone?.does ?? null };
  };
  if (here?.kind !== 'phone' && source === 'message' && recipients.length > 0) {
    const looked = recipients.reduce((sum, { count: its }) => sum + its, 0);
    const of = looked < count ? ` of the latest ${looked}` : '';
    return recipients.map(({ to, count: its }) => placed(count === 1 ? 'once, to' : `${its}${of} to`, to));
  }
  if (here === null) {
    const [only] = count === 1 ? samples : [];
    const where = only?.url ?? (only?.request ? `${only.request.method} ${only.request.path}` : null);
    return where === null ? [] : [placed('once, at', where)];
  }
  const share = here.count < here.of ? `${here.count} of` : 'all of';
  const lead = here.count === here.of && here.of === count ? 'all' : `${share} the latest ${here.of}`;
  return [placed(`${lead} ${LEADS[here.kind]}`, here.value)];
}

const LEADS = { phone: 'to', sender: 'from', service: 'with service', url: 'at', path: 'at' };

/** A path of the API without what is the same for all of them. */
export function pathOf(value: string): string {
  return value.replace(/\/2010-04-01\/Accounts\/AC[0-9a-fA-F]{32}\//, '');
}
