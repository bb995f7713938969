/** How a phone behaves: one thing for every message, or a list of steps, one a message. Also its name, and RCS. */
import { ActionIcon, Button, Checkbox, Select, TextInput } from '@mantine/core';
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useState } from 'react';
import { BEHAVIOURS } from '../../../domain/behaviours.ts';
import { ApiFailure, testSide } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { behaveOf, DELIVER, describe, freshStep, kindOf, type Plan, planOf, type Step } from '../../parts/behaviour.ts';
import { Failure } from '../../parts/failure.tsx';
import { onSubmit, useAction } from '../../parts/use-action.ts';
import { lookAgain, type Phone, pathOf } from './api.ts';
import classes from './behaviour-editor.module.css';

/** Codes that say what usually goes wrong. */
const CODES = [
  ['30003', 'Unreachable destination handset'],
  ['30004', 'Message blocked'],
  ['30005', 'Unknown destination handset'],
  ['30006', 'Landline or unreachable carrier'],
  ['30007', 'Carrier violation'],
  ['30008', 'Unknown error'],
  ['30001', 'Queue overflow'],
  ['63016', 'Outside the 24-hour window (WhatsApp)'],
  ['63024', 'Not on WhatsApp'],
] as const;

export function BehaviourEditor({ phone, onClose }: { phone: Phone; onClose: () => void }) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const [plan, setPlan] = useState<Plan>(() => planOf(phone.behave));
  const [name, setName] = useState(phone.name ?? '');
  const [hasRcs, setRcs] = useState(phone.rcs);
  const codes = `codes-${phone.number}`;
  const isScript = plan.script.length > 0;

  const { run, isBusy, error } = useAction(async () => {
    const json = { behave: behaveOf(plan), name: name === '' ? null : name, rcs: hasRcs };
    await testSide(pathOf(account, phone.number), { method: 'PUT', json });
    lookAgain(account);
    onClose();
  });
  const setStep = (at: number, step: Step): void =>
    setPlan({ ...plan, script: plan.script.map((one, index) => (index === at ? step : one)) });
  const move = (at: number, by: number): void => {
    const script = [...plan.script];
    const [step] = script.splice(at, 1);
    if (step) script.splice(at + by, 0, step);
    setPlan({ ...plan, script });
  };
  const toggle = (): void =>
    setPlan(isScript ? { ...plan, script: [] } : { script: [plan.after, DELIVER], after: DELIVER });
  const faulty = error instanceof ApiFailure ? error.parameter : null;

  return (
    <form className={classes.editor} onSubmit={onSubmit(run)} data-testid="behaviour-editor">
      <datalist id={codes}>
        {CODES.map(([code, words]) => (
          <option key={code} value={code}>
            {words}
          </option>
        ))}
      </datalist>
      {isScript ? (
        <fieldset disabled={!mayChange}>
          <legend>Script: one step a message</legend>
          <ol className={classes.steps}>
            {plan.script.map((step, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps have their order alone
              <li key={at} data-next={at === phone.script_step && isSameScript(phone, plan)}>
                <StepFields
                  label={`Step ${at + 1}`}
                  step={step}
                  codes={codes}
                  isFaulty={faulty?.startsWith(`behave.script[${at}]`) === true}
                  onChange={(next) => setStep(at, next)}
                />
                <ActionIcon aria-label={`Step ${at + 1} up`} disabled={at === 0} onClick={() => move(at, -1)}>
                  <ArrowUp size={14} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Step ${at + 1} down`}
                  disabled={at === plan.script.length - 1}
                  onClick={() => move(at, 1)}
                >
                  <ArrowDown size={14} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Remove step ${at + 1}`}
                  onClick={() => setPlan({ ...plan, script: plan.script.filter((_, index) => index !== at) })}
                >
                  <X size={14} />
                </ActionIcon>
              </li>
            ))}
            <li className={classes.then}>
              <StepFields
                label="Then"
                step={plan.after}
                codes={codes}
                isFaulty={faulty?.startsWith('behave.then') === true}
                onChange={(after) => setPlan({ ...plan, after })}
              />
            </li>
          </ol>
          <Button
            variant="default"
            leftSection={<Plus size={14} aria-hidden />}
            onClick={() => setPlan({ ...plan, script: [...plan.script, freshStep('undelivered')] })}
          >
            Add a step
          </Button>
        </fieldset>
      ) : (
        <fieldset disabled={!mayChange}>
          <legend>Every message</legend>
          <StepFields
            label="Behaviour"
            step={plan.after}
            codes={codes}
            isFaulty={faulty?.startsWith('behave') === true}
            onChange={(after) => setPlan({ ...plan, after })}
          />
          <p className={classes.effect}>{kindOf(plan.after.name).effect}</p>
        </fieldset>
      )}
      <div className={classes.line}>
        <TextInput
          size="xs"
          label="Name"
          value={name}
          disabled={!mayChange}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          size="xs"
          label="Has RCS"
          checked={hasRcs}
          disabled={!mayChange}
          onChange={(event) => setRcs(event.currentTarget.checked)}
        />
      </div>
      {error !== null && <Failure error={error} />}
      {mayChange && (
        <div className={classes.line}>
          <Button type="submit" loading={isBusy} data-testid="behaviour-save">
            Set
          </Button>
          <Button variant="default" onClick={toggle}>
            {isScript ? 'No script' : 'Script …'}
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
          {isScript && <span className={classes.effect}>Now: {describe(phone.behave, phone.script_step)}</span>}
        </div>
      )}
    </form>
  );
}

interface StepProps {
  label: string;
  step: Step;
  /** Id of the list of usual codes. */
  codes: string;
  isFaulty: boolean;
  onChange: (step: Step) => void;
}

const VALUES = {
  code: ['Error code', '30003'],
  duration: ['Duration', '2s'],
  until: ['Until (10m, or an instant)', '10m'],
} as const;

function StepFields({ label, step, codes, isFaulty, onChange }: StepProps) {
  const { value: kind } = kindOf(step.name);
  return (
    <div className={classes.fields}>
      <Select
        size="xs"
        label={label}
        data={BEHAVIOURS.map((one) => ({ value: one.name, label: one.label }))}
        value={step.name}
        allowDeselect={false}
        error={isFaulty && kind === 'none'}
        onChange={(name) => name !== null && onChange(freshStep(name))}
      />
      {kind !== 'none' && (
        <TextInput
          size="xs"
          label={VALUES[kind][0]}
          placeholder={VALUES[kind][1]}
          value={step.value}
          list={kind === 'code' ? codes : undefined}
          inputMode={kind === 'code' ? 'numeric' : undefined}
          error={isFaulty}
          onChange={(event) => onChange({ ...step, value: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

function isSameScript({ behave }: Phone, plan: Plan): boolean {
  return JSON.stringify(planOf(behave)) === JSON.stringify(plan);
}
