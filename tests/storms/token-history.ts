/** What is known of one account's tokens from the answers alone: when each was born and when it died, at the earliest and at the latest. */

/** Instants of one monotonic clock. */
export interface Span {
  from: number;
  to: number;
}

export interface Life {
  token: string;
  born: Span;
  /** `null`: it lives. */
  died: Span | null;
}

export type TokenOp =
  | { verb: 'create'; token: string; at: Span }
  | { verb: 'promote'; token: string; at: Span }
  | { verb: 'delete'; at: Span };

export class TokenHistory {
  readonly lives: Life[];
  primary: Life;
  second: Life | null = null;

  constructor(token: string, at: number) {
    this.primary = { token, born: { from: at, to: at }, died: null };
    this.lives = [this.primary];
  }

  /**
   * Takes what was done by calls that ran at the same time. Answers what is impossible about it, whatever the order in
   * which they took effect; `null`: nothing.
   */
  take(done: TokenOp[]): string | null {
    const born = done.flatMap((op): Life[] =>
      op.verb === 'create' ? [{ token: op.token, born: op.at, died: null }] : [],
    );
    const seconds = [...(this.second ? [this.second] : []), ...born];
    this.lives.push(...born);
    for (const op of done) {
      if (op.verb !== 'promote') continue;
      const promoted = seconds.find(({ token }) => token === op.token);
      if (!promoted) return 'a token was promoted that was no second one';
      seconds.splice(seconds.indexOf(promoted), 1);
      this.primary.died = op.at;
      this.primary = promoted;
    }
    for (const op of done) {
      if (op.verb !== 'delete') continue;
      // The older one: there was no room for the other before.
      const deleted = seconds.shift();
      if (!deleted) return 'a second token was deleted where there was none';
      deleted.died = op.at;
    }
    if (seconds.length > 1) return 'there are two second tokens';
    this.second = seconds[0] ?? null;
    return null;
  }
}

/** What a request with a token must be answered, by when it was sent and answered; `null`: either will do. */
export function mustBe({ born, died }: Life, sent: Span, believedMs: number): 200 | 401 | null {
  if (died !== null && sent.from >= died.to + believedMs) return 401;
  return sent.from >= born.to && (died === null || sent.to <= died.from) ? 200 : null;
}
