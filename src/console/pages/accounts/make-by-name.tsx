import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Failure } from '../../parts/failure.tsx';
import { onSubmit, useAction } from '../../parts/use-action.ts';

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
  const { run, isBusy, error } = useAction(async () => {
    await onMake(name);
    setName('');
  });
  return (
    <form onSubmit={onSubmit(run)}>
      <Group align="end" gap="xs" mb="md">
        <TextInput
          label={label}
          placeholder={placeholder}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" loading={isBusy}>
          {action}
        </Button>
      </Group>
      {error !== null && <Failure error={error} />}
    </form>
  );
}
