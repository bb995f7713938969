import { UserText } from '../../parts/user-text.tsx';
import classes from './templates.module.css';
import { previews, type TemplateDraft } from './templates.ts';

/** What a recipient would get on each channel, by the server's own rule, as one types. */
export function Previews({ draft }: { draft: TemplateDraft }) {
  return (
    <section aria-label="Preview by channel">
      <h2 className={classes.title}>What a recipient gets</h2>
      <dl className={classes.previews}>
        {previewsOf(draft).map(({ label, body, mediaUrls, why }) => (
          <div key={label} className={classes.preview}>
            <dt>{label}</dt>
            <dd>
              {why === null ? <UserText>{body}</UserText> : <span className="muted">{why}</span>}
              {mediaUrls.map((url) => (
                <div key={url} className="mono">
                  <UserText>{url}</UserText>
                </div>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Types that are still being typed may be no objects yet. */
function previewsOf(draft: TemplateDraft) {
  const types = Object.fromEntries(
    Object.entries(draft.types).filter(([, type]) => typeof type === 'object' && type !== null),
  );
  return previews({ types, variables: draft.variables });
}
