import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { ACCOUNTS_KEY, useAccounts } from '../../api/accounts.ts';
import { queries } from '../../api/query.ts';
import { useMayChange } from '../../app/session-context.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Snippet } from '../../parts/snippet.tsx';
import { useAction } from '../../parts/use-action.ts';
import classes from './accounts.module.css';
import { type AccountResource, accountKey, createSecondToken, promoteToken, removeSecondToken } from './accounts.ts';

const IS_MADE = 'There is one: promote it, or drop it.';
const IS_MISSING = 'There is no second token yet.';

/** The auth token, and its rotation in two steps: a second one beside it, then that one alone. */
export function Tokens({ account }: { account: AccountResource }) {
  const mayChange = useMayChange();
  const [shown, setShown] = useState(false);
  const [second, setSecond] = useState<string | null>(null);
  const [promoting, setPromoting] = useState(false);
  const hasSecond = useAccounts().find(({ sid }) => sid === account.sid)?.has_second_token === true;
  const refresh = () => queries.invalidateQueries({ queryKey: ACCOUNTS_KEY });
  const { run, isBusy, error } = useAction(async (act: () => Promise<unknown>) => {
    try {
      await act();
    } finally {
      // A refusal says that somebody else was here meanwhile.
      await refresh();
    }
  });
  const make = async (): Promise<void> => setSecond((await createSecondToken(account.sid)).secondary_auth_token);
  const drop = async (): Promise<void> => {
    await removeSecondToken(account.sid);
    setSecond(null);
  };

  const needsSecond = hasSecond ? {} : { disabled: true, title: IS_MISSING, 'aria-describedby': 'is-missing' };

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
            <Group gap="xs" mt={4}>
              <Button
                variant="default"
                loading={isBusy}
                disabled={hasSecond}
                title={hasSecond ? IS_MADE : undefined}
                aria-describedby={hasSecond ? 'is-made' : undefined}
                onClick={() => void run(make)}
              >
                Make a second token
              </Button>
              {hasSecond && (
                <span id="is-made" className="muted">
                  {IS_MADE}
                </span>
              )}
            </Group>
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
              <Button variant="default" {...needsSecond} onClick={() => setPromoting(true)}>
                Promote…
              </Button>
              <Button variant="subtle" loading={isBusy} {...needsSecond} onClick={() => void run(drop)}>
                Drop the second token
              </Button>
              {!hasSecond && (
                <span id="is-missing" className="muted">
                  {IS_MISSING}
                </span>
              )}
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
          await refresh();
        }}
      >
        Apps that still use the old token are refused with 20003 from then on.
      </Confirm>
    </section>
  );
}
