/** The parameters that few messages need. */
import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import classes from './fields.module.css';
import { errorOf, type FieldsProps } from './fields.tsx';
import { type FieldName, MORE } from './form.ts';

const SWITCH = [
  { value: 'true', label: 'on' },
  { value: 'false', label: 'off' },
];

export function MoreFields(props: FieldsProps) {
  const { form, onChange, faulty } = props;
  const isUsed = MORE.some((name) => form[name] !== '' || faulty === name) || form.SmartEncoded !== '';
  const text = (name: FieldName, label: string, placeholder: string, inputMode?: 'numeric') => (
    <TextInput
      label={label}
      placeholder={placeholder}
      inputMode={inputMode}
      value={form[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      error={errorOf(name, props)}
      data-testid={`field-${name}`}
    />
  );
  const choice = (name: FieldName, label: string, data: { value: string; label: string }[], nothing: string) => (
    <Select
      label={label}
      placeholder={nothing}
      data={data}
      value={form[name] === '' ? null : form[name]}
      onChange={(value) => onChange({ [name]: value ?? '' })}
      error={errorOf(name, props)}
      clearable
      data-testid={`field-${name}`}
    />
  );
  const flag = (name: FieldName, label: string) => (
    <Checkbox
      label={label}
      checked={form[name] === 'true'}
      onChange={(event) => onChange({ [name]: event.currentTarget.checked ? 'true' : '' })}
      error={errorOf(name, props)}
      data-testid={`field-${name}`}
    />
  );
  return (
    <details className={classes.more} open={isUsed || undefined}>
      <summary>More parameters</summary>
      <div className={classes.grid}>
        {text('StatusCallback', 'Status callback', 'http://localhost:3000/sms/status')}
        {text('ValidityPeriod', 'Validity period (seconds)', '36000', 'numeric')}
        {choice('SmartEncoded', 'Smart encoding', SWITCH, 'as the service has it')}
        {text('FallbackFrom', 'Fallback sender (RCS)', '+12025550100')}
        {choice('ContentRetention', 'Content retention', [{ value: 'discard', label: 'discard' }], 'retain')}
        {choice('AddressRetention', 'Address retention', [{ value: 'obfuscate', label: 'obfuscate' }], 'retain')}
        {text('Tags', 'Tags (JSON)', '{"campaign":"spring"}')}
        <Textarea
          label="Persistent actions"
          placeholder="geo:37.77,-122.41|Ferry Building"
          autosize
          minRows={1}
          value={form.PersistentAction}
          onChange={(event) => onChange({ PersistentAction: event.currentTarget.value })}
          error={errorOf('PersistentAction', props)}
        />
        <div className={`${classes.flags} ${classes.wide}`}>
          {flag('ShortenUrls', 'Shorten links')}
          {flag('ProvideFeedback', 'Provide feedback')}
          {flag('SendAsMms', 'Send as MMS')}
        </div>
      </div>
    </details>
  );
}
