import { Button, Loader, Modal, TextInput } from '@mantine/core';
import { CircleCheck, CircleMinus, CircleX } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';
import type { TestStep } from '../../../domain/test-step.ts';
import { Failure } from '../../parts/failure.tsx';
import { UserText, visible } from '../../parts/user-text.tsx';
import classes from './test.module.css';
import { useTestRun } from './test-run.ts';

interface Props {
  name: string;
  open: boolean;
  onClose: () => void;
}

const MARKS = { ok: CircleCheck, failed: CircleX, skipped: CircleMinus };
const SAID = { ok: 'held', failed: 'failed', skipped: 'left out' };

/** The way to a carrier, tried step by step; a message leaves only when somebody writes to whom. */
export function TestDialogue({ name, open, onClose }: Props) {
  const { steps, isRunning, error, begin, stop } = useTestRun(name);
  const [to, setTo] = useState('');
  const [from, setFrom] = useState('');
  const isSending = to.trim() !== '' || from.trim() !== '';
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    begin(isSending ? { to: to.trim(), from: from.trim() } : {});
  };
  const close = (): void => {
    stop();
    // The next test begins with nobody to send to.
    setTo('');
    setFrom('');
    onClose();
  };
  return (
    <Modal
      opened={open}
      onClose={close}
      title={`Test ${visible(name)}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.form} onSubmit={submit}>
        <p className="muted">
          Each step of the way is tried alone, beside what is running: the name, the connection, TLS, the credentials.
          The first that fails ends it, with its likely causes.
        </p>
        <div className={classes.message}>
          <TextInput
            label="To"
            description="Left empty, nothing is sent"
            placeholder="+12025550101"
            value={to}
            disabled={isRunning}
            onChange={({ currentTarget }) => setTo(currentTarget.value)}
          />
          <TextInput
            label="From"
            description="A sender of yours at this carrier"
            placeholder="+12025550100"
            value={from}
            disabled={isRunning}
            onChange={({ currentTarget }) => setFrom(currentTarget.value)}
          />
        </div>
        <div className={classes.go}>
          <Button type="submit" loading={isRunning} data-autofocus>
            {isSending ? 'Test, and send one message' : steps === null ? 'Test' : 'Test again'}
          </Button>
          {isSending && <span className="muted">The carrier delivers it, and charges it.</span>}
        </div>
      </form>
      {error !== null && <Failure error={error} />}
      {steps !== null && (
        <ol className={classes.steps} data-testid="test-steps" data-running={isRunning}>
          {steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are only added, and two may be alike
            <Step key={index} step={step} />
          ))}
          {isRunning && (
            <li className={classes.step}>
              <Loader size={16} aria-hidden />
              <span className="muted">Trying the next step</span>
            </li>
          )}
        </ol>
      )}
      <p role="status" className={classes.end}>
        {steps !== null && !isRunning && error === null && endOf(steps)}
      </p>
    </Modal>
  );
}

function Step({ step: { step, outcome, text, ms, causes } }: { step: TestStep }) {
  const Mark = MARKS[outcome];
  return (
    <li className={classes.step} data-testid="test-step" data-step={step} data-outcome={outcome}>
      <Mark size={16} aria-label={SAID[outcome]} />
      <div>
        <p>
          <strong>{step}</strong> <UserText>{text}</UserText>{' '}
          {ms !== null && <span className="muted nowrap">{ms} ms</span>}
        </p>
        {causes.length > 0 && (
          <>
            <p className={classes.likely}>Likely causes, the likeliest first</p>
            <ol className={classes.causes}>
              {causes.map(({ why, fix }) => (
                <li key={why}>
                  <UserText>{why}</UserText>
                  <UserText className="muted">{fix}</UserText>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </li>
  );
}

function endOf(steps: TestStep[]): string {
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  if (failed) return `It ends at ${failed.step}.`;
  if (steps.length === 0) return 'There is nothing to test: it is in no settings.';
  return steps.some(({ step, outcome }) => step === 'submit' && outcome === 'ok')
    ? 'Every step held, and the message is with the carrier.'
    : 'Every step that was tried held.';
}
