/** The store's contract, on what is kept for some days only: bodies, media, and the numbers of people. */
export interface ExpiryVerbs {
  /** One step of a sweep: of settled messages takes what is to be kept no longer. Doing a step again changes nothing. */
  expire(step: Expiry, now: number): Promise<Expired>;
}

export const EXPIRIES = ['bodies', 'media', 'numbers'] as const;
export type Expirable = (typeof EXPIRIES)[number];

export interface Expiry {
  accountSid: string;
  what: Expirable;
  from:
    | {
        /** Those that were sent, or made when never sent, before this instant, */
        before: number;
        /** and listed after this place, */
        after: Place | null;
        /** so many at most. */
        limit: number;
      }
    /** These, however old they are. */
    | { sids: string[] };
}

/** A record's place in the order of lists, which only ever moves towards the newer end. */
export interface Place {
  listedAt: number;
  sid: string;
}

export interface Expired {
  /** How many messages had something to be taken. */
  changed: number;
  /** The last that was looked at, after which the next step goes on; `null`: there was nothing. */
  last: Place | null;
  /** Whether there may be more. */
  more: boolean;
  /** Not settled, or with callbacks yet to be made from what was to be taken: to be looked at again. */
  left: string[];
}

/**
 * Documents of this kind hold sids (`{ sids }`) that a sweep has left behind, with what was to be taken for their
 * parent. A message whose numbers are to be masked has one of its own, under its sid, while it is `sent`.
 */
export const LEFT_KIND = 'expiry-left';
