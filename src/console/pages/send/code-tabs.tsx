/** The code that sends the same, in three languages; the token is there only once somebody asks for it. */
import { Button } from '@mantine/core';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { fetchCredentials, useFirstNumber } from '../../api/credentials.ts';
import { useAccountSid, useMayChange, useSession } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { type Params, snippetsOf } from '../../parts/sdk-snippets.ts';
import { Snippet } from '../../parts/snippet.tsx';
import { useAction } from '../../parts/use-action.ts';
import classes from './code-tabs.module.css';
import { usePhoneNumbers } from './data.ts';
import { BLANK, type SendForm } from './form.ts';

interface Props {
  params: Params;
  /** Fills the form for somebody who wants to see how it is done. */
  onExample: (form: SendForm) => void;
}

export function CodeTabs({ params, onExample }: Props) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const { public_url: publicUrl } = useSession();
  const from = useFirstNumber(account);
  const [phone] = usePhoneNumbers();
  const [token, setToken] = useState<string | null>(null);
  const { run: reveal, error } = useAction(async () =>
    setToken(token === null ? (await fetchCredentials(account)).token : null),
  );
  const example = { ...BLANK, To: phone?.number ?? '+12025550101', From: from ?? '', Body: 'Your code is 482913' };
  const base = (publicUrl || location.origin).replace(/\/$/, '');
  return (
    <section aria-label="Code" className={classes.code}>
      <div className={classes.head}>
        <h2>Code</h2>
        {mayChange && (
          <Button
            variant="subtle"
            leftSection={token === null ? <Eye size={14} aria-hidden /> : <EyeOff size={14} aria-hidden />}
            onClick={() => void reveal()}
            data-testid="reveal-token"
          >
            {token === null ? 'Put the token in' : 'Take the token out'}
          </Button>
        )}
      </div>
      {error !== null && <Failure error={error} />}
      {params.length === 0 ? (
        <>
          <p className="muted">The form as code appears here: curl, Node and Python.</p>
          <Button
            variant="default"
            className={classes.example}
            onClick={() => onExample(example)}
            data-testid="example"
          >
            Fill in an example
          </Button>
        </>
      ) : (
        <>
          <Snippet code={snippetsOf({ base, account, token, params })} label="Code" />
          {token === null && (
            <p className="muted">
              The token is taken from <code>TWILIO_AUTH_TOKEN</code>.
            </p>
          )}
        </>
      )}
    </section>
  );
}
