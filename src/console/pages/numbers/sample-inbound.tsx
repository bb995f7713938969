import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { testSide } from '../../api/client.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useAccountSid } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import { UserText } from '../../parts/user-text.tsx';
import type { PhoneNumber } from './numbers.ts';

/** What the phone's `send` answers, of which this shows a part. */
interface Taken {
  sid: string | null;
  webhook: { url: string; status: number | null } | null;
  replies: { sid: string; body: string }[];
  alerts: { code: number; why: string }[];
}

const PHONE = '+12025550101';

/** Texts the number from a simulated phone and shows what the app answered. */
export function SampleInbound({ number }: { number: PhoneNumber }) {
  const account = useAccountSid();
  const [text, setText] = useState('Hello');
  const [taken, setTaken] = useState<Taken | null>(null);

  const { run, isBusy, error } = useAction(async () => {
    setTaken(null);
    const path = `${account}/phones/${encodeURIComponent(PHONE)}/send`;
    setTaken(await testSide<Taken>(path, { method: 'POST', json: { to: number.phone_number, body: text } }));
  });

  return (
    <section aria-label="Try it">
      <TextInput
        mt="xl"
        label="Try it: text this number"
        description={`From the simulated phone ${PHONE}.`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && text !== '' && !isBusy) void run();
        }}
      />
      <Button variant="default" mt="xs" loading={isBusy} disabled={text === ''} onClick={() => void run()}>
        Send a sample text
      </Button>
      {error !== null && <Failure error={error} />}
      {taken && <Outcome taken={taken} />}
    </section>
  );
}

function Outcome({ taken }: { taken: Taken }) {
  const [alert] = taken.alerts;
  return (
    <div aria-live="polite" style={{ marginTop: 12 }}>
      <p>
        {taken.webhook === null
          ? 'It came in. Nobody was asked: this number has no webhook.'
          : `${taken.webhook.url} answered ${taken.webhook.status ?? 'nothing'}.`}
      </p>
      {alert && (
        <p>
          <strong>{alert.code}</strong> <UserText>{alert.why}</UserText>
        </p>
      )}
      {taken.replies.map((reply) => (
        <p key={reply.sid}>
          Reply: <UserText>{reply.body}</UserText>
        </p>
      ))}
      {taken.sid !== null && <PageLink to={`/messages/${taken.sid}`}>Open the message</PageLink>}
    </div>
  );
}
