/** Who writes to whom, and what. */
import { Autocomplete, Select, Textarea, TextInput } from '@mantine/core';
import type { ApiFailure } from '../../api/client.ts';
import { visible } from '../../parts/user-text.tsx';
import { BodyField } from './body-field.tsx';
import { type Service, type Template, useChoice, usePhoneNumbers, useSenders } from './data.ts';
import classes from './fields.module.css';
import type { FieldName, SendForm } from './form.ts';
import { SendAtField } from './send-at-field.tsx';
import { TemplateVariables } from './template-variables.tsx';

export interface FieldsProps {
  form: SendForm;
  onChange: (patch: Partial<SendForm>) => void;
  /** The field that the last refusal is about. */
  faulty: FieldName | null;
  failure: ApiFailure | null;
}

interface Props extends FieldsProps {
  services: Service[];
  templates: Template[];
  isSmart: boolean;
}

/** The words of a refusal beside its field; nothing beside the others. */
export function errorOf(name: FieldName, { faulty, failure }: Pick<FieldsProps, 'faulty' | 'failure'>) {
  if (faulty !== name || failure === null) return undefined;
  return (
    <span data-testid={`error-${name}`}>
      {failure.code} {visible(failure.message)}
      {failure.fix !== null && (
        <>
          <br />
          {visible(failure.fix)}
        </>
      )}
    </span>
  );
}

export function Fields(props: Props) {
  const { form, onChange, services, templates, isSmart } = props;
  const senders = useSenders();
  const phones = usePhoneNumbers();
  const choice = useChoice(form.MessagingServiceSid, form.To, form.From);
  const template = templates.find(({ sid }) => sid === form.ContentSid);
  const names = new Map(phones.map(({ number, name }) => [number, name]));
  return (
    <>
      <div className={classes.two}>
        <Autocomplete
          label="To"
          placeholder="+12025550101 or whatsapp:+12025550101"
          data={phones.map(({ number }) => number)}
          renderOption={({ option }) => (
            <span>
              {option.value} <span className="muted">{names.get(option.value)}</span>
            </span>
          )}
          value={form.To}
          onChange={(To) => onChange({ To })}
          error={errorOf('To', props)}
          autoComplete="off"
          required
          data-testid="field-To"
        />
        <Autocomplete
          label="From"
          placeholder={form.MessagingServiceSid === '' ? '+12025550100, 76767 or ACME' : 'chosen by the service'}
          data={senders}
          value={form.From}
          onChange={(From) => onChange({ From })}
          error={errorOf('From', props)}
          autoComplete="off"
          data-testid="field-From"
        />
      </div>
      <Select
        label="Messaging Service"
        description={
          choice === null ? 'Picks the sender, when From is left out. Scheduling needs one.' : choice.summary
        }
        placeholder="none"
        data={services.map(({ sid, friendly_name: name }) => ({ value: sid, label: `${visible(name)} · ${sid}` }))}
        value={form.MessagingServiceSid === '' ? null : form.MessagingServiceSid}
        onChange={(sid) => onChange({ MessagingServiceSid: sid ?? '' })}
        error={errorOf('MessagingServiceSid', props)}
        clearable
        searchable
        nothingFoundMessage="No such service"
        data-testid="field-MessagingServiceSid"
      />
      {form.ContentSid === '' && (
        <BodyField
          body={form.Body}
          isSmart={isSmart}
          isSms={!form.To.includes(':') && form.MediaUrl.trim() === ''}
          error={errorOf('Body', props)}
          onChange={(Body) => onChange({ Body })}
        />
      )}
      <div className={classes.two}>
        <Select
          label="Content template"
          placeholder={templates.length === 0 ? 'none made yet' : 'none'}
          data={templates.map(({ sid, friendly_name: name, language }) => ({
            value: sid,
            label: `${visible(name ?? sid)} · ${language}`,
          }))}
          value={form.ContentSid === '' ? null : form.ContentSid}
          onChange={(sid) => onChange({ ContentSid: sid ?? '', ContentVariables: '' })}
          error={errorOf('ContentSid', props)}
          clearable
          searchable
          data-testid="field-ContentSid"
        />
        <Textarea
          label="Media URLs"
          placeholder="https://… one a line"
          autosize
          minRows={1}
          maxRows={6}
          value={form.MediaUrl}
          onChange={(event) => onChange({ MediaUrl: event.currentTarget.value })}
          error={errorOf('MediaUrl', props)}
          data-testid="field-MediaUrl"
        />
      </div>
      {template && (
        <TemplateVariables
          template={template}
          json={form.ContentVariables}
          onChange={(ContentVariables) => onChange({ ContentVariables })}
          error={errorOf('ContentVariables', props)}
        />
      )}
      {form.ContentSid !== '' && !template && (
        <TextInput
          label="Content variables"
          placeholder='{"1":"Ada"}'
          value={form.ContentVariables}
          onChange={(event) => onChange({ ContentVariables: event.currentTarget.value })}
          error={errorOf('ContentVariables', props)}
        />
      )}
      <SendAtField value={form.SendAt} onChange={(SendAt) => onChange({ SendAt })} error={errorOf('SendAt', props)} />
    </>
  );
}
