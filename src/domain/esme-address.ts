/**
 * Customers' own SMPP clients (ESMEs) stand where a callback URL stands: `smpp:<user>`. What a receipt has to say
 * beside the status goes with the address, so that a receipt needs nothing but what every callback keeps:
 *
 *     smpp:acme?id=SM…&at=1767225600000&wants=11
 *
 * `id` is the one its submits were answered with, `at` when the first of them came, `wants` one digit a part.
 */

/** What `registered_delivery` asks of one part, in one digit: bit 0 success, bit 1 failure, bit 2 intermediate. */
export const WANTS = { success: 1, failure: 2, intermediate: 4 } as const;

export interface EsmeAddress {
  user: string;
  /** Of parts it is followed by their number (`partIds`). */
  id: string;
  submittedAt: number;
  /** One for each submit that became this message, in the order of the parts. */
  wants: number[];
  /** The `user_message_reference` of the submit; `null`: it had none. */
  reference: number | null;
}

const SCHEME = 'smpp:';
/** A name of the settings (15 characters are what SMPP 3.4 has room for), or the SID of an account or a key. */
const USER = /^(?:[A-Za-z0-9_.-]{1,15}|(?:AC|SK)[0-9a-f]{32})$/;

/** Whether a text can be the name of a user. */
export function isEsmeUser(text: string): boolean {
  return USER.test(text);
}

/** Whose address this is; `null`: it is no ESME's. */
export function esmeUserOf(url: string): string | null {
  if (!url.startsWith(SCHEME)) return null;
  const user = url.slice(SCHEME.length).split('?', 1)[0] ?? '';
  return isEsmeUser(user) ? user : null;
}

/** The address for status changes of a message; `null` when nobody wants to hear of any. */
export function esmeUrl({ user, id, submittedAt, wants, reference }: EsmeAddress): string | null {
  if (wants.every((digit) => digit === 0)) return null;
  const tail = reference === null ? '' : `&ref=${reference}`;
  return `${SCHEME}${user}?id=${id}&at=${submittedAt}&wants=${wants.join('')}${tail}`;
}

/** `null` for an address that says no more than whose it is, or is none. */
export function readEsmeUrl(url: string): EsmeAddress | null {
  const user = esmeUserOf(url);
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  const [id, at, wants, reference] = ['id', 'at', 'wants', 'ref'].map((name) => query.get(name));
  if (user === null || !id || !/^\d+$/.test(at ?? '') || !/^[0-7]+$/.test(wants ?? '')) return null;
  return {
    user,
    id,
    submittedAt: Number(at),
    wants: [...(wants ?? '')].map(Number),
    reference: reference ? Number(reference) : null,
  };
}

/** The ids its submits were answered with, in order: that of a message of one part has no number. */
export function partIds({ id, wants }: Pick<EsmeAddress, 'id' | 'wants'>): string[] {
  return wants.length === 1 ? [id] : wants.map((_, index) => `${id}-${index + 1}`);
}

/** The sid in an id that a submit was answered with. */
export function sidOfPartId(id: string): string {
  return id.replace(/-\d{1,3}$/, '');
}

/** What of `wants` a status answers; 0: nobody is to be told. */
export function wantOf(status: string): number {
  switch (status) {
    case 'sent':
      return WANTS.intermediate;
    case 'delivered':
    case 'read':
      return WANTS.success;
    case 'undelivered':
    case 'failed':
    case 'canceled':
      return WANTS.failure;
    default:
      return 0;
  }
}

/** Whether a message's ESME is told of this status. Addresses of others are told of every one that calls back. */
export function isTold(url: string, status: string): boolean {
  if (!url.startsWith(SCHEME)) return true;
  const wanted = wantOf(status);
  return readEsmeUrl(url)?.wants.some((wants) => (wants & wanted) !== 0) ?? false;
}
