/** Send: a message made by hand, judged by the API itself, with the code that would send the same. */
import { Button } from '@mantine/core';
import { ClipboardCheck, RotateCcw, SendHorizontal } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { ApiFailure, admin, twilio } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { useView } from '../../app/view.ts';
import { PageHeader } from '../../parts/page-header.tsx';
import { CodeTabs } from './code-tabs.tsx';
import { useServices, useTemplates } from './data.ts';
import { Fields } from './fields.tsx';
import { BLANK, fieldOf, paramsOf, type SendForm } from './form.ts';
import { MoreFields } from './more-fields.tsx';
import { Outcome, type Result } from './outcome.tsx';
import classes from './page.module.css';
import { Preview } from './preview.tsx';

/** The address follows what is typed, but not at every key. */
const ADDRESS_MS = 300;

export default function SendPage() {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [form, setForm] = useFormInAddress();
  const [result, setResult] = useState<Result | null>(null);
  const [busy, setBusy] = useState<'send' | 'check' | null>(null);
  const services = useServices();
  const templates = useTemplates();
  const params = paramsOf(form);
  const failure = result?.kind === 'refused' && result.error instanceof ApiFailure ? result.error : null;
  const faulty = fieldOf(failure?.parameter ?? null);
  const change = (patch: Partial<SendForm>): void => {
    setForm({ ...form, ...patch });
    if (faulty !== null && faulty in patch) setResult(null);
  };
  const service = services.find(({ sid }) => sid === form.MessagingServiceSid);
  const isSmart = form.SmartEncoded === '' ? service?.smart_encoding === true : form.SmartEncoded === 'true';

  const ask = async (what: 'send' | 'check'): Promise<void> => {
    setBusy(what);
    try {
      const body = new URLSearchParams(params as [string, string][]).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = { method: 'POST', body, headers } as const;
      if (what === 'send') {
        const message = await twilio<never>(account, `2010-04-01/Accounts/${account}/Messages.json`, request);
        setResult({ kind: 'sent', message });
      } else {
        setResult({ kind: 'checked', check: await admin<never>(`accounts/${account}/messages/check`, request) });
      }
    } catch (error) {
      setResult({ kind: 'refused', error, wasCheck: what === 'check' });
    } finally {
      setBusy(null);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (mayChange) void ask('send');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };

  return (
    <>
      <PageHeader
        title="Send"
        actions={
          <Button
            variant="subtle"
            color="gray"
            leftSection={<RotateCcw size={14} aria-hidden />}
            onClick={() => {
              setForm(BLANK);
              setResult(null);
            }}
          >
            Clear
          </Button>
        }
      />
      <div className={classes.split}>
        <form className={classes.form} onSubmit={submit} onKeyDown={onKeyDown} data-testid="send-form" noValidate>
          <Fields
            form={form}
            onChange={change}
            services={services}
            templates={templates}
            isSmart={isSmart}
            faulty={faulty}
            failure={failure}
          />
          <MoreFields form={form} onChange={change} faulty={faulty} failure={failure} />
          <div className={classes.actions}>
            {mayChange && (
              <Button
                type="submit"
                size="sm"
                loading={busy === 'send'}
                leftSection={<SendHorizontal size={15} aria-hidden />}
                data-testid="send"
              >
                {form.SendAt === '' ? 'Send' : 'Schedule'}
              </Button>
            )}
            {mayChange && (
              <Button
                variant="default"
                size="sm"
                loading={busy === 'check'}
                leftSection={<ClipboardCheck size={15} aria-hidden />}
                onClick={() => void ask('check')}
                data-testid="check"
              >
                Check only
              </Button>
            )}
            <span className={classes.hint}>
              {mayChange
                ? 'Ctrl Enter sends. Check only asks every rule and sends nothing.'
                : 'A viewer sends nothing.'}
            </span>
          </div>
          <Outcome result={result} />
        </form>
        <aside className={classes.side} aria-label="Preview and code">
          <Preview form={form} templates={templates} isSmart={isSmart} />
          <CodeTabs params={params} onExample={setForm} />
        </aside>
      </div>
    </>
  );
}

/** The form, kept in the address so that a message can be shared, reloaded and gone back to. */
function useFormInAddress(): [SendForm, (form: SendForm) => void] {
  const [view, setView] = useView(BLANK);
  const [form, setForm] = useState<SendForm>(view);
  const written = useRef(JSON.stringify(view));
  useEffect(() => {
    const text = JSON.stringify(form);
    if (text === written.current) return;
    const timer = setTimeout(() => {
      written.current = text;
      setView(form);
    }, ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [form, setView]);
  const arrived = JSON.stringify(view);
  useEffect(() => {
    // Not by our own hand: Back, or a link that fills the form.
    if (arrived === written.current) return;
    written.current = arrived;
    setForm(JSON.parse(arrived) as SendForm);
  }, [arrived]);
  return [form, setForm];
}
