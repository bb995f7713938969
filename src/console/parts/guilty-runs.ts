import { cutAtGuilty } from '../../domain/guilty.ts';

/** A grapheme that makes a text dear, and where it stands. */
export interface Marked {
  char: string;
  index: number;
  codePoint: string;
}

export interface Run {
  at: number;
  text: string;
  /** Empty: nothing in it is dear. */
  points: string[];
}

/** The text in pieces: what is dear together is one. */
export function runsOf(text: string, guilty: Marked[]): Run[] {
  const runs: Run[] = [];
  for (const { at, text: piece, guilty: one } of cutAtGuilty(text, guilty)) {
    const last = runs.at(-1);
    if (one !== null && last && last.points.length > 0) {
      last.text += piece;
      last.points.push(one.codePoint);
    } else {
      runs.push({ at, text: piece, points: one === null ? [] : [one.codePoint] });
    }
  }
  return runs;
}
