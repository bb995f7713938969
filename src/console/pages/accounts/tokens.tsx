import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import classes from './accounts.module.css';
import { type AccountResource, accountKey, createSecondToken, promoteToken, removeSecondToken } from './accounts.ts';

/** The auth token, and its rotation in two steps: a second one beside it, then that one alone. */
export function Tokens({ account }: { account: AccountResource }) {
  const mayChange = useMayChange();
  const [shown, setShown] = useState(false);
  const [second, setSecond] = useState<string | null>(null);
  const [promoting, setPromoting] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const run = async (act: () => Promise<unknown>): Promise<void> => {
    setError(null);
    try {
      await act();
    } catch (refusal) {
      setError(refusal);
    }
  };

  return (
    <section aria-label="Auth token">
      <h2 className={classes.title}>Auth token</h2>
      <Group gap="xs">
        <code data-testid="auth-token">{shown ? account.auth_token : '•'.repeat(32)}</code>
        {mayChange ? (
          <Button variant="default" onClick={() => setShown(!shown)}>
            {shown ? 'Hide' : 'Show'}
          </Button>
        ) : (
          <span className="muted">A viewer sees no secret.</span>
        )}
      </Group>
      <p className="muted">Signs your webhooks and opens the API. To change it without a gap:</p>
      <ol className={classes.steps}>
        <li>
          Make a second token; both open the API from then on.{' '}
          {mayChange && (
            <Button
              variant="default"
              onClick={() =>
                void run(async () => setSecond((await createSecondToken(account.sid)).secondary_auth_token))
              }
            >
              Make a second token
            </Button>
          )}
          {second !== null && (
            <>
              <p>It is shown this once. Put it into your app:</p>
              <Snippet code={second} label="Second token" />
            </>
          )}
        </li>
        <li>
          When every app has it, promote it: the old token ends, and webhooks are signed with the new one.{' '}
          {mayChange && (
            <Group gap="xs" mt={4}>
              <Button variant="default" onClick={() => setPromoting(true)}>
                Promote…
              </Button>
              <Button variant="subtle" onClick={() => void run(() => removeSecondToken(account.sid))}>
                Drop the second token
              </Button>
            </Group>
          )}
        </li>
      </ol>
      {error !== null && <Failure error={error} />}
      <Confirm
        title="Promote the second token?"
        action="Promote"
        danger
        open={promoting}
        onClose={() => setPromoting(false)}
        onConfirm={async () => {
          await promoteToken(account.sid);
          setSecond(null);
          await queries.invalidateQueries({ queryKey: accountKey(account.sid) });
        }}
      >
        Apps that still use the old token are refused with 20003 from then on.
      </Confirm>
    </section>
  );
}
