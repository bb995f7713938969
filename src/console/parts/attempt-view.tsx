/** One webhook attempt: Request, Response, Timing, Signature, and what can be done with it. For every page that shows one. */
import { Button, Group, Tabs } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type Attempt, attemptsKey, replayAttempt } from '../api/attempts.ts';
import { queries } from '../api/query.ts';
import { useKey } from '../app/keys.ts';
import { useAccountSid, useMayChange } from '../app/session-context.ts';
import { AttemptEditor } from './attempt-editor.tsx';
import { AttemptFault, ReplayNote } from './attempt-fault.tsx';
import classes from './attempt-view.module.css';
import { Http } from './http-view.tsx';
import { SignatureDoctor } from './signature-doctor.tsx';
import { Time } from './time.tsx';
import { duration } from './time-words.ts';
import { tellRefusal, useAction } from './use-action.ts';

interface Props {
  attempt: Attempt;
  tab: string;
  onTab: (tab: string) => void;
  /** Another attempt was made, at once (`id`) or by and by. */
  onMade: (id?: number) => void;
  /** `r` replays it: of a page that shows one alone. */
  hasKey?: boolean;
}

export function AttemptView({ attempt, tab, onTab, onMade, hasKey = false }: Props) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [editing, setEditing] = useState(false);
  const { run: replay, isBusy } = useAction(async () => {
    const made = await replayAttempt(account, attempt.id);
    await queries.invalidateQueries({ queryKey: attemptsKey(account) });
    if (made.queued) notifications.show({ message: 'Queued again. Its attempt appears in the list.' });
    onMade(made.queued ? undefined : made.id);
  }, tellRefusal);
  useKey('r', 'Replay this attempt', () => void replay(), hasKey && mayChange && !isBusy);
  const mayEdit = attempt.kind !== 'esme';
  return (
    <div className={classes.view} data-testid="attempt-detail">
      <AttemptFault attempt={attempt} />
      <ReplayNote attempt={attempt} />
      <Tabs value={tab} onChange={(value) => onTab(value ?? 'request')} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="request">Request</Tabs.Tab>
          <Tabs.Tab value="response">Response</Tabs.Tab>
          <Tabs.Tab value="timing">Timing</Tabs.Tab>
          <Tabs.Tab value="signature">Signature</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="request" pt="sm">
          <Http
            head={`${attempt.request.method} ${attempt.request.url}`}
            headers={attempt.request.headers}
            body={attempt.request.body}
          />
          {(attempt.kind === 'inbound' || attempt.kind === 'fallback') && (
            <p className="muted">What the sender wrote is not kept here; the message has it.</p>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="response" pt="sm">
          {attempt.response === null ? (
            <p className="muted">No answer came.</p>
          ) : (
            <Http
              head={String(attempt.response.status)}
              headers={attempt.response.headers}
              body={attempt.response.body}
            />
          )}
        </Tabs.Panel>
        <Tabs.Panel value="timing" pt="sm">
          <Timing attempt={attempt} />
        </Tabs.Panel>
        <Tabs.Panel value="signature" pt="sm">
          <SignatureDoctor attempt={attempt} key={attempt.id} />
        </Tabs.Panel>
      </Tabs>
      {mayChange && (
        <Group gap="xs" mt="md">
          <Button loading={isBusy} onClick={() => void replay()}>
            Replay
          </Button>
          {mayEdit && (
            <Button variant="default" onClick={() => setEditing(!editing)} aria-expanded={editing}>
              Edit & replay
            </Button>
          )}
        </Group>
      )}
      {editing && (
        <AttemptEditor attempt={attempt} key={attempt.id} onMade={onMade} onCancel={() => setEditing(false)} />
      )}
    </div>
  );
}

const WORDS: Record<Attempt['decision'], string> = {
  done: 'Taken: nothing more is sent',
  retry: 'Tried again',
  gave_up: 'Given up: this was the last try',
};

function Timing({ attempt }: { attempt: Attempt }) {
  const waitedMs = Date.parse(attempt.at) - Date.parse(attempt.event_at);
  const rows: [string, React.ReactNode][] = [
    ['Happened', <Time key="e" at={attempt.event_at} as="both" />],
    ['Asked', <Time key="a" at={attempt.at} as="both" />],
    ['Waited before', duration(Math.max(0, waitedMs))],
    ['Took', duration(attempt.ms)],
    ['Try', `number ${attempt.attempt}`],
    ['What followed', WORDS[attempt.decision]],
  ];
  if (attempt.retry_at !== null) rows.push(['Next try', <Time key="r" at={attempt.retry_at} as="both" />]);
  if (attempt.replay_of !== null) rows.push(['Replay of', `attempt ${attempt.replay_of}`]);
  return (
    <dl className={classes.facts}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
