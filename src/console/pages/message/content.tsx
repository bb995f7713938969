import { cutAtGuilty } from '../../../domain/guilty.ts';
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
  // Smart encoding may have changed it; places of characters are those of what went out.
  const sent = parts.map((part) => part.text).join('');
  return (
    <>
      <p>
        <strong>{encoding}</strong> · {count === 1 ? '1 segment' : `${count} segments`} ·{' '}
        {parts.map(({ units, capacity }) => `${units} of ${capacity}`).join(' · ')}
      </p>
      <p className={classes.text} data-testid="message-text">
        {cutAtGuilty(sent, guilty).map(({ at, text: piece, guilty: one }) =>
          one ? (
            <mark key={at} title={`${one.code_point}: not in GSM-7`}>
              <UserText>{piece}</UserText>
            </mark>
          ) : (
            <UserText key={at}>{piece}</UserText>
          ),
        )}
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
