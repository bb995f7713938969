import { adminUrl } from '../../api/client.ts';
import { GuiltyText } from '../../parts/guilty-text.tsx';
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
  // Smart encoding may have changed it; places of characters are those of what went out.
  const sent = parts.map((part) => part.text).join('');
  return (
    <>
      <p>
        <strong>{encoding}</strong> · {count === 1 ? '1 segment' : `${count} segments`} · {fillOf(parts)}
      </p>
      <p className={classes.text} data-testid="message-text">
        <GuiltyText
          text={sent}
          guilty={guilty.map(({ char, index, code_point: codePoint }) => ({ char, index, codePoint }))}
          says="not in GSM-7"
        />
      </p>
      {sent !== text && (
        <p className={classes.hint}>
          So smart encoding sends it. It was written: <UserText>{text}</UserText>
        </p>
      )}
      {first && (
        <p className={classes.hint}>
          “<UserText>{first.char}</UserText>” {first.code_point} forces 16-bit characters
          {guiltyCount > 1 ? `, and ${guiltyCount - 1} more` : ''}.
          {first.replacement && <> Replace it with “{first.replacement}”.</>}
          {first.replacement === '' && ' Leave it out.'}
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

/** `10 × 153 of 153 · 70 of 153`: how full the parts are, those that are alike once. */
function fillOf(parts: Segments['parts']): string {
  const fills = parts.map(({ units, capacity }) => `${units} of ${capacity}`);
  const counts = new Map<string, number>();
  for (const fill of fills) counts.set(fill, (counts.get(fill) ?? 0) + 1);
  return [...counts].map(([fill, count]) => (count === 1 ? fill : `${count} × ${fill}`)).join(' · ');
}
