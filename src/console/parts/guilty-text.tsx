import { type Marked, runsOf } from './guilty-runs.ts';
import { Shown } from './user-text.tsx';

interface Props {
  text: string;
  /** What makes it dear, in order of its place. */
  guilty: Marked[];
  /** Said of each mark, after its characters. */
  says: string;
}

const MOST_NAMED = 4;

/**
 * Text that somebody else wrote, with what makes it dear marked where it stands. Neighbours share a mark, and no mark is
 * set apart from the text: letters that join, or run from right to left, read as they are written.
 */
export function GuiltyText({ text, guilty, says }: Props) {
  return (
    <bdi>
      {runsOf(text, guilty).map(({ at, text: piece, points }) =>
        points.length === 0 ? (
          <Shown key={at}>{piece}</Shown>
        ) : (
          <mark key={at} title={`${named(points)}: ${says}`}>
            <Shown>{piece}</Shown>
          </mark>
        ),
      )}
    </bdi>
  );
}

function named(points: string[]): string {
  const different = [...new Set(points)];
  return different.slice(0, MOST_NAMED).join(' ') + (different.length > MOST_NAMED ? ' …' : '');
}
