import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useView } from '../../app/view.ts';
import { Failure } from '../../parts/failure.tsx';
import { duration } from '../../parts/time-words.ts';
import { onSubmit, useAction } from '../../parts/use-action.ts';
import { UserText } from '../../parts/user-text.tsx';
import { type Choice, chooseSender, type Service } from './services.ts';

/** "If you send to … we would pick … because …": the server's own choice, without sending. */
export function PickTrial({ account, service }: { account: string; service: Service }) {
  const [view, setView] = useView({ to: '' });
  const [hasMedia, setHasMedia] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);

  const { run, isBusy, error } = useAction(async () => {
    setChoice(null);
    setChoice(await chooseSender(account, service.sid, view.to, hasMedia));
  });

  return (
    <>
      <form onSubmit={onSubmit(run)}>
        <Group align="end" gap="xs">
          <TextInput
            label="If you send to"
            placeholder="+12025550101"
            value={view.to}
            onChange={(event) => setView({ to: event.currentTarget.value })}
          />
          <Checkbox
            label="with media"
            mb={6}
            checked={hasMedia}
            onChange={(event) => setHasMedia(event.currentTarget.checked)}
          />
          <Button type="submit" loading={isBusy} disabled={view.to === ''}>
            Whom would it pick?
          </Button>
        </Group>
      </form>
      {error !== null && <Failure error={error} />}
      {choice && <Outcome choice={choice} />}
    </>
  );
}

function Outcome({ choice }: { choice: Choice }) {
  return (
    <div aria-live="polite" style={{ marginTop: 16 }}>
      <p>
        <strong>
          <UserText>{choice.summary}</UserText>
        </strong>
      </p>
      <ul>
        {choice.reasons.map((reason) => (
          <li key={reason}>
            <UserText>{reason}</UserText>
          </li>
        ))}
      </ul>
      {choice.candidates.length > 0 && (
        <table>
          <caption className="unseen">Senders that could carry it</caption>
          <thead>
            <tr>
              <th scope="col">Sender</th>
              <th scope="col">Country</th>
              <th scope="col">Would start in</th>
            </tr>
          </thead>
          <tbody>
            {choice.candidates.map(({ sender, country_code, starts_in_ms }) => (
              <tr key={sender}>
                <td className="mono">
                  <UserText>{sender}</UserText>
                </td>
                <td>{country_code ?? '–'}</td>
                <td>{duration(starts_in_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
