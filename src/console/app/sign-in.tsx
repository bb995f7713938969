import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { signIn } from '../api/session.ts';
import { Failure } from '../parts/failure.tsx';
import classes from './sign-in.module.css';

/** The door in `serve`: a name, which the operator may leave out, and a password. `note` says why nobody can. */
export function SignIn({ note }: { note: string | null }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(user, password);
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={(event) => void submit(event)}>
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
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
