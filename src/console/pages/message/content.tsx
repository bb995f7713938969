import { adminUrl } from '../../api/client.ts';
import { UserText } from '../../parts/user-text.tsx';
import classes from './content.module.css';
import type { Detail, Segments } from './detail.ts';

/** The text with what made it dear, its parts, and its media. */
export function Content({ account, detail }: { account: string; detail: Detail }) {
  const { content, segments, media } = detail;
  return (
    <>
      {content.state === 'redacted' && <p className="muted">The text was redacted: no copy of it is kept.</p>}
      {content.state === 'none' && media.length === 0 && <p className="muted">It has no text.</p>}
      {segments && <Counted segments={segments} text={content.text} />}
      {media.length > 0 && (
        <ul className={classes.media}>
          {media.map(({ sid, content_type: type, size, path }) => (
            <li key={sid}>
              {type.startsWith('image/') ? (
                <img src={adminUrl(`accounts/${account}/api/${path}`)} alt={`Medium ${sid}`} />
              ) : (
                <a href={adminUrl(`accounts/${account}/api/${path}`)} download>
                  {type}
                </a>
              )}
              <span className="muted">
                {type}, {size.toLocaleString('en')} bytes
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Counted({ segments, text }: { segments: Segments; text: string }) {
  const { encoding, count, parts, guilty, guilty_count: guiltyCount, suggestion } = segments;
  const [first] = guilty;
  return (
    <>
      <p>
        <strong>{encoding}</strong> · {count === 1 ? '1 segment' : `${count} segments`} ·{' '}
        {parts.map(({ units, capacity }) => `${units} of ${capacity}`).join(' · ')}
      </p>
      <p className={classes.text} data-testid="message-text">
        {piecesOf(text, guilty).map(({ at, part, mark }) =>
          mark ? (
            <mark key={at} title={`${mark.code_point}: not in GSM-7`}>
              <UserText>{part}</UserText>
            </mark>
          ) : (
            <UserText key={at}>{part}</UserText>
          ),
        )}
      </p>
      {first && (
        <p className={classes.hint}>
          “<UserText>{first.char}</UserText>” {first.code_point} forces 16-bit characters
          {guiltyCount > 1 ? `, and ${guiltyCount - 1} more` : ''}.
          {first.replacement !== null && <> Replace it with “{first.replacement}”.</>}
          {suggestion && (
            <>
              {' '}
              With smart encoding: {suggestion.encoding},{' '}
              {suggestion.count === 1 ? '1 segment' : `${suggestion.count} segments`}.
            </>
          )}
        </p>
      )}
      {parts.length > 1 && (
        <ol className={classes.parts}>
          {parts.map(({ number, text: part, units, capacity }) => (
            <li key={number}>
              <UserText>{part}</UserText>{' '}
              <span className="muted">
                {units} of {capacity}
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

type Guilty = Segments['guilty'][number];

/** The text cut at its guilty characters. */
function piecesOf(text: string, guilty: Guilty[]): { at: number; part: string; mark: Guilty | null }[] {
  const pieces: { at: number; part: string; mark: Guilty | null }[] = [];
  let at = 0;
  for (const mark of guilty) {
    if (mark.index > at) pieces.push({ at, part: text.slice(at, mark.index), mark: null });
    pieces.push({ at: mark.index, part: mark.char, mark });
    at = mark.index + mark.char.length;
  }
  if (at < text.length) pieces.push({ at, part: text.slice(at), mark: null });
  return pieces;
}
