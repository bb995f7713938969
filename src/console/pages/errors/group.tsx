/** One code: what it is, why here, what to do; and how to bring it about. */
import { Button, Group } from '@mantine/core';
import { Fragment, useState } from 'react';
import type { ErrorGroup } from '../../api/error-groups.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useMayChange } from '../../app/session-context.ts';
import { copyText } from '../../parts/copy.ts';
import type { KnownPhone } from '../../parts/on-purpose.tsx';
import { Sid } from '../../parts/sid.tsx';
import { Chip } from '../../parts/status-chip.tsx';
import { Time } from '../../parts/time.tsx';
import { UserText } from '../../parts/user-text.tsx';
import classes from './errors.module.css';
import { Sparkline } from './sparkline.tsx';
import { causeOf, hintOf, type Place, placesOf, reproduceOf } from './words.ts';

interface Props {
  group: ErrorGroup;
  phones: ReadonlyMap<string, KnownPhone>;
  onMute: (muted: boolean) => void;
}

const SOURCES: Record<ErrorGroup['source'], [word: string, tone: 'bad' | 'warn' | 'info']> = {
  message: ['messages', 'bad'],
  webhook: ['your endpoint', 'bad'],
  request: ['refused requests', 'info'],
  lenient: ['would fail', 'warn'],
};

export function GroupCard({ group, phones, onMute }: Props) {
  const mayChange = useMayChange();
  const [open, setOpen] = useState(false);
  const { code, title, source, count, meaning, fixes, causes, samples } = group;
  const [word, tone] = SOURCES[source];
  const cause = causeOf(group);
  const places = placesOf(group, phones);
  const reproduce = reproduceOf(group);
  const name = `${count} in the time shown, ${word}`;
  return (
    <article
      className={classes.group}
      data-testid="error-group"
      data-code={code}
      data-muted={group.muted_at !== null || undefined}
    >
      <header className={classes.head}>
        <h2>
          {code} {title}
        </h2>
        <strong className={classes.count}>{count}</strong>
        <Sparkline counts={group.buckets} label={name} />
        <Chip tone={tone}>{word}</Chip>
        <span className="muted">
          last <Time at={group.last_at} as="relative" />
        </span>
      </header>
      <dl className={classes.answers}>
        <div>
          <dt>Meaning</dt>
          <dd>{meaning === '' ? 'Not in the catalogue.' : meaning}</dd>
        </div>
        <div>
          <dt>Here</dt>
          <dd>
            {places.length === 0 ? <Spread group={group} /> : <Places places={places} />}
            {cause !== null && (
              <>
                : <UserText>{cause}</UserText>
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>Fix</dt>
          <dd>{hintOf(group) ?? fixes[0] ?? 'See what the carrier says.'}</dd>
        </div>
      </dl>
      {open && (
        <div className={classes.more}>
          {causes.length > 0 && <List title="Likely causes" lines={causes} />}
          {fixes.length > 1 && <List title="What to do" lines={fixes} />}
          <h3>Latest</h3>
          <ul>
            {samples.map(({ at, text, message_sid: sid, url, to, request }) => (
              <li key={`${at} ${sid} ${request?.request_id}`}>
                <Time at={at} /> {sid !== null && <Sid sid={sid} />} {to !== null && <UserText>{to}</UserText>}{' '}
                {request && (
                  <UserText className="mono">{`${request.method} ${request.path} ${request.status}`}</UserText>
                )}
                {url !== null && <UserText className="mono">{url}</UserText>}{' '}
                <UserText className="muted">{text}</UserText>
              </li>
            ))}
          </ul>
          {group.side !== null && (
            <p className="muted">
              Whose move: {group.side}. Arrives{' '}
              {group.when === 'sync' ? 'as the answer to a request' : 'later, by callback'}.
            </p>
          )}
        </div>
      )}
      <footer className={classes.foot}>
        {reproduce !== '' && (
          <p>
            <span className="muted">Reproduce:</span> {reproduce}
            {group.when === 'async' && <span className="muted"> · arrives asynchronously (callback)</span>}
          </p>
        )}
        <Group gap="xs">
          <Button size="compact-xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Less' : 'Explain'}
          </Button>
          <Open group={group} />
          {reproduce !== '' && (
            <Button size="compact-xs" variant="default" onClick={() => void copyText(reproduce, 'How to reproduce it')}>
              Copy reproduce line
            </Button>
          )}
          {mayChange && (
            <Button size="compact-xs" variant="subtle" onClick={() => onMute(group.muted_at === null)}>
              {group.muted_at === null ? 'Mute' : 'Unmute'}
            </Button>
          )}
        </Group>
      </footer>
    </article>
  );
}

/** Where its cases are listed; refused requests made nothing that could be. */
function Open({ group: { source, code } }: { group: ErrorGroup }) {
  if (source === 'message') {
    return (
      <PageLink to="/messages" search={{ q: `error:${code}` }}>
        Open messages
      </PageLink>
    );
  }
  if (source !== 'webhook') return null;
  return (
    <PageLink to="/webhooks" search={{ code: String(code) }}>
      Open attempts
    </PageLink>
  );
}

function Places({ places }: { places: Place[] }) {
  return places.map(({ lead, value, note }, place) => (
    <Fragment key={value}>
      {place > 0 && ', '}
      {lead} <UserText>{value}</UserText>
      {note !== null && (
        <>
          , <strong>“{note}”</strong>
        </>
      )}
    </Fragment>
  ));
}

function Spread({ group: { count } }: { group: ErrorGroup }) {
  return <>{count === 1 ? 'once so far' : 'no single phone, sender or address explains it'}</>;
}

function List({ title, lines }: { title: string; lines: string[] }) {
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </>
  );
}
