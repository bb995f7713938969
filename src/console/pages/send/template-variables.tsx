/** A field for each variable of a template, with the value it has when nobody says another. */
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Template } from './data.ts';
import classes from './fields.module.css';
import { variablesOf } from './form.ts';

interface Props {
  template: Template;
  /** `ContentVariables` as they are sent. */
  json: string;
  error: ReactNode;
  onChange: (json: string) => void;
}

export function TemplateVariables({ template, json, error, onChange }: Props) {
  const values = variablesOf(json);
  const names = placeholdersOf(template);
  if (names.length === 0) return <p className="muted">This template has no variables.</p>;
  const set = (name: string, value: string): void => {
    const { [name]: _, ...others } = values;
    const next = value === '' ? others : { ...others, [name]: value };
    onChange(Object.keys(next).length === 0 ? '' : JSON.stringify(next));
  };
  return (
    <fieldset className={classes.variables}>
      <legend>Variables</legend>
      <div className={classes.two}>
        {names.map((name) => (
          <TextInput
            key={name}
            label={`{{${name}}}`}
            placeholder={template.variables[name]}
            value={values[name] ?? ''}
            onChange={(event) => set(name, event.currentTarget.value)}
            data-testid={`variable-${name}`}
          />
        ))}
      </div>
      {error !== undefined && <p className={classes.bad}>{error}</p>}
    </fieldset>
  );
}

/** Those that it has a value for, and those that its texts name. */
function placeholdersOf({ variables, types }: Template): string[] {
  const named = [...JSON.stringify(types).matchAll(/\{\{\s*([^{}\s"\\]+)\s*\}\}/g)].map(([, name]) => name as string);
  return [...new Set([...Object.keys(variables ?? {}), ...named])].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
}
