/**
 * A form over one resource of the API. Fields carry the parameter's own name; only what was changed is sent; a refusal
 * stands at the field whose parameter it names, in the API's words.
 */
import { Button, Group, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ApiFailure } from '../api/client.ts';
import { Failure } from './failure.tsx';
import { onSubmit, useAction } from './use-action.ts';

export interface Field {
  /** The parameter, as the API spells it: `SmsUrl`. */
  name: string;
  label: string;
  /** One sentence below the field. */
  help?: string;
  kind?: 'text' | 'long' | 'switch' | 'method' | { options: { value: string; label: string }[]; empty?: string };
  placeholder?: string;
  required?: boolean;
}

export type FormValues = Record<string, string>;

interface Props {
  fields: Field[];
  /** What the resource says now, by parameter; empty for a new one. */
  present: FormValues;
  /** Word on the button. */
  action: string;
  /** Sends what was changed (all that is filled in, for a new one). Its refusal is shown here. */
  onSave: (changed: FormValues) => Promise<unknown>;
  onCancel?: () => void;
}

const METHODS = ['POST', 'GET'];

/** See the head of the file. */
export function ResourceForm({ fields, present, action, onSave, onCancel }: Props) {
  const [typed, setTyped] = useState<FormValues>({});
  const changed = Object.fromEntries(
    Object.entries(typed).filter(([name, value]) => value !== (present[name] ?? '')),
  ) as FormValues;
  const { run, isBusy, error } = useAction(() => onSave(changed));
  const atField = error instanceof ApiFailure && fields.some(({ name }) => name === error.parameter) ? error : null;

  return (
    <form onSubmit={onSubmit(run)}>
      {fields.map((field) => (
        <FormField
          key={field.name}
          field={field}
          value={typed[field.name] ?? present[field.name] ?? ''}
          error={atField?.parameter === field.name ? words(atField) : undefined}
          onChange={(value) => setTyped((before) => ({ ...before, [field.name]: value }))}
        />
      ))}
      {error !== null && atField === null && <Failure error={error} />}
      <Group mt="md" gap="xs">
        <Button type="submit" loading={isBusy} disabled={Object.keys(changed).length === 0}>
          {action}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </Group>
    </form>
  );
}

interface FieldProps {
  field: Field;
  value: string;
  error?: string;
  onChange: (value: string) => void;
}

function FormField({ field, value, error, onChange }: FieldProps) {
  const { name, label, help, kind = 'text', placeholder, required } = field;
  const shared = { name, label, description: help, error, required, mt: 'sm' as const };
  if (kind === 'switch') {
    const isOn = value === 'true';
    return (
      <Switch
        {...shared}
        checked={isOn}
        onChange={(event) => onChange(String(event.currentTarget.checked))}
        role="switch"
      />
    );
  }
  if (kind === 'method' || typeof kind === 'object') {
    const options = kind === 'method' ? METHODS.map((one) => ({ value: one, label: one })) : kind.options;
    const empty = typeof kind === 'object' ? kind.empty : undefined;
    return (
      <Select
        {...shared}
        data={options}
        value={value === '' ? null : value}
        placeholder={empty ?? placeholder}
        clearable={empty !== undefined}
        onChange={(chosen) => onChange(chosen ?? '')}
      />
    );
  }
  const typing = { ...shared, placeholder, value, autoComplete: 'off', spellCheck: false };
  if (kind === 'long') {
    return <Textarea {...typing} autosize minRows={3} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <TextInput {...typing} onChange={(event) => onChange(event.currentTarget.value)} />;
}

function words({ code, message, fix }: ApiFailure): string {
  return [code === null ? message : `${code} ${message}`, fix].filter((one) => one !== null).join(' ');
}
