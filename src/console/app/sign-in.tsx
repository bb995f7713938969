import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { signIn } from '../api/session.ts';
import { Failure } from '../parts/failure.tsx';
import { onSubmit, useAction } from '../parts/use-action.ts';
import classes from './sign-in.module.css';

/** The door in `serve`: a name, which the operator may leave out, and a password. `note` says why nobody can. */
export function SignIn({ note }: { note: string | null }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const { run, isBusy, error } = useAction(() => signIn(user, password));

  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={onSubmit(run)}>
        <h1>Sign in to Pidge</h1>
        {note !== null && <p className={classes.note}>{note}</p>}
        <TextInput
          label="User"
          description="Leave it empty for admin."
          autoComplete="username"
          autoCapitalize="none"
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          required
          autoFocus
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {error !== null && <Failure error={error} />}
        <Button type="submit" size="sm" loading={isBusy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
