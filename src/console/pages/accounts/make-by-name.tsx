import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../parts/failure.tsx';

interface Props {
  label: string;
  placeholder: string;
  /** Word on the button. */
  action: string;
  onMake: (name: string) => Promise<void>;
}

/** Makes what needs nothing but a name; the field is empty again when it is made. */
export function MakeByName({ label, placeholder, action, onMake }: Props) {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onMake(name);
      setName('');
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void make(event)}>
      <Group align="end" gap="xs" mb="md">
        <TextInput
          label={label}
          placeholder={placeholder}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {action}
        </Button>
      </Group>
      {error !== null && <Failure error={error} />}
    </form>
  );
}
