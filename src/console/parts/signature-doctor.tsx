/** The signature doctor: what was signed beside what the app's code validates, and which difference explains a refusal. */
import { Button, Group, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { Check, CircleX, Minus } from 'lucide-react';
import { useState } from 'react';
import { type Attempt, type Diagnosis, examineAttempt } from '../api/attempts.ts';
import { useAccountSid, useMayChange } from '../app/session-context.ts';
import { Failure } from './failure.tsx';
import classes from './signature-doctor.module.css';
import { onSubmit, useAction } from './use-action.ts';
import { UserText } from './user-text.tsx';

export function SignatureDoctor({ attempt }: { attempt: Attempt }) {
  const account = useAccountSid();
  const mayAsk = useMayChange();
  const [url, setUrl] = useState('');
  const [params, setParams] = useState('');
  const [token, setToken] = useState('');
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<Diagnosis | null>(null);
  const isJson = attempt.kind === 'click';
  const names = [...new Set(attempt.params.map(([name]) => name))];
  const { run, isBusy, error } = useAction(async () => {
    const more = params === '' ? {} : isJson ? { body: params } : { params };
    setFound(await examineAttempt(account, attempt.id, { url, ...more, ...(token !== '' && { token }) }));
  });
  if (attempt.signature === null) return <p className="muted">This request had no signature.</p>;
  return (
    <div className={classes.doctor}>
      <p>
        We signed <UserText className="mono">{attempt.request.url}</UserText>
        {attempt.request.method === 'POST' && !isJson && ` + ${names.length} sorted parameters`}
        {isJson && ', which holds the hash of the body'}.
      </p>
      <p className="mono">
        <UserText>{`X-Twilio-Signature: ${attempt.signature}`}</UserText>
      </p>
      {mayAsk && (
        <form className={classes.form} onSubmit={onSubmit(run)}>
          <TextInput
            size="xs"
            label="URL your code validates"
            placeholder={attempt.request.url}
            value={url}
            onChange={({ currentTarget }) => setUrl(currentTarget.value)}
          />
          {open && (
            <>
              <Textarea
                size="xs"
                label={isJson ? 'Body your code validates' : 'Parameters your code validates'}
                description={isJson ? 'The raw text' : 'As a form: To=%2B1202…&Body=Hi'}
                value={params}
                autosize
                minRows={2}
                classNames={{ input: 'mono' }}
                onChange={({ currentTarget }) => setParams(currentTarget.value)}
              />
              <PasswordInput
                size="xs"
                label="Auth token your code has"
                description="Compared and forgotten"
                autoComplete="off"
                value={token}
                onChange={({ currentTarget }) => setToken(currentTarget.value)}
              />
            </>
          )}
          <Group gap="xs">
            <Button type="submit" variant="default" loading={isBusy}>
              Compare
            </Button>
            {!open && (
              <Button variant="subtle" onClick={() => setOpen(true)}>
                Compare parameters and token too
              </Button>
            )}
          </Group>
        </form>
      )}
      {error !== null && <Failure error={error} />}
      {found && <Findings found={found} />}
    </div>
  );
}

const TITLES: Record<string, string> = { slash: 'slash at the end', body: 'body parser', token: 'auth token' };

/** What differs first, in full; what is the same as one line. */
function Findings({ found }: { found: Diagnosis }) {
  const wrong = found.checks.filter(({ ok }) => ok === false).sort((a, b) => Number(b.explains) - Number(a.explains));
  const open = found.checks.filter(({ ok }) => ok === null);
  const fine = found.checks.filter(({ ok }) => ok === true);
  const titleOf = (name: string) => TITLES[name] ?? name;
  return (
    <section aria-label="Findings" aria-live="polite" data-testid="doctor-findings">
      <p className={classes.verdict} data-tone={found.fits ? 'good' : wrong.length > 0 ? 'bad' : 'plain'}>
        {found.verdict}
      </p>
      <ul className={classes.checks}>
        {wrong.map(({ name, text, explains }) => (
          <li key={name} data-tone="bad" data-explains={explains || undefined}>
            <CircleX size={15} aria-label="differs" />
            <span>
              <strong>{titleOf(name)}:</strong> <UserText>{text}</UserText>
            </span>
          </li>
        ))}
        {open.map(({ name, text }) => (
          <li key={name} data-tone="plain">
            <Minus size={15} aria-label="not compared" />
            <span>
              <strong>{titleOf(name)}:</strong> <UserText>{text}</UserText>
            </span>
          </li>
        ))}
      </ul>
      {fine.length > 0 && (
        <p className={classes.fine}>
          also checked:{' '}
          {fine.map(({ name, text }) => (
            <span key={name} title={text}>
              {titleOf(name)} <Check size={13} aria-label="fits" />
            </span>
          ))}
        </p>
      )}
    </section>
  );
}
