/** The message as it will look on the phone, with the characters marked that force 16 bits. */
import { guiltyOf } from '../../../domain/guilty.ts';
import { smartEncode } from '../../../domain/smart-encoding.ts';
import { GuiltyText } from '../../parts/guilty-text.tsx';
import { measure } from '../../parts/meter.ts';
import { UserText, visible } from '../../parts/user-text.tsx';
import type { Template } from './data.ts';
import { filled, type SendForm, variablesOf } from './form.ts';
import classes from './preview.module.css';

interface Props {
  form: SendForm;
  templates: Template[];
  isSmart: boolean;
}

export function Preview({ form, templates, isSmart }: Props) {
  const template = templates.find(({ sid }) => sid === form.ContentSid);
  const text = template ? textOf(template, form.ContentVariables) : form.ContentSid === '' ? form.Body : '';
  const isSms = !form.To.includes(':');
  const leaving = isSmart && isSms ? smartEncode(text) : text;
  const files = form.MediaUrl.split('\n').filter((line) => line.trim() !== '');
  const isDear = isSms && files.length === 0 && measure(leaving).encoding === 'UCS-2';
  return (
    <section className={classes.phone} aria-label="Preview">
      <p className={classes.from}>
        {visible(form.From || (form.MessagingServiceSid === '' ? 'From' : 'the service’s choice'))}
      </p>
      <div className={classes.bubble} data-empty={leaving === '' && files.length === 0}>
        {files.map((url) => (
          <p key={url} className={classes.file}>
            📎 <UserText>{url}</UserText>
          </p>
        ))}
        {leaving === '' && files.length === 0 ? (
          'What you write appears here.'
        ) : (
          <p className={classes.text}>
            <GuiltyText text={leaving} guilty={isDear ? guiltyOf(leaving) : []} says="forces 16-bit" />
          </p>
        )}
      </div>
      {form.ContentSid !== '' && !template && (
        <p className={classes.from}>The template {form.ContentSid} is not known here.</p>
      )}
      {template && <p className={classes.from}>{Object.keys(template.types).join(', ')}</p>}
    </section>
  );
}

/** Every type of a template has the same text, or nearly. */
function textOf({ types, variables }: Template, json: string): string {
  const body = Object.values(types).find((one) => typeof one.body === 'string')?.body ?? '';
  return filled(body, variables, variablesOf(json));
}
