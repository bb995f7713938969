import { Button, Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useMayChange } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import { UserText } from '../../parts/user-text.tsx';
import classes from './templates.module.css';
import { decide, submitTemplate, type Template } from './templates.ts';

interface Props {
  account: string;
  template: Template;
  /** Whether this server plays the approver too. */
  canDecide: boolean;
  onDone: () => Promise<void>;
}

const DECISIONS = ['approved', 'rejected', 'pending', 'paused', 'disabled'];

/** WhatsApp's approval: submits the template, and on a simulated server also decides. */
export function ApprovalTrial({ account, template, canDecide, onDone }: Props) {
  const mayChange = useMayChange();
  const request = template.approval_requests;
  const isSubmitted = request !== null && request.status !== 'unsubmitted';
  const [name, setName] = useState((template.friendly_name ?? '').toLowerCase().replaceAll(/[^a-z0-9_]+/g, '_'));
  const [category, setCategory] = useState('UTILITY');
  const [reason, setReason] = useState('');

  const { run, error } = useAction(async (act: () => Promise<unknown>) => {
    await act();
    await onDone();
  });

  return (
    <section aria-label="WhatsApp approval">
      <h2 className={classes.title}>WhatsApp approval</h2>
      <p>
        {isSubmitted ? `Submitted as ${request.name || 'a template'}: ${request.status}.` : 'Not submitted.'}{' '}
        {request?.rejection_reason && <UserText>{request.rejection_reason}</UserText>}
      </p>
      {mayChange && !isSubmitted && (
        <Group align="end" gap="xs">
          <TextInput
            label="Name at WhatsApp"
            description="Lower case, digits, underscores."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label="Category"
            data={['UTILITY', 'MARKETING', 'AUTHENTICATION']}
            value={category}
            allowDeselect={false}
            onChange={(value) => setCategory(value ?? category)}
          />
          <Button
            variant="default"
            disabled={name === ''}
            onClick={() => void run(() => submitTemplate(account, template.sid, name, category))}
          >
            Submit
          </Button>
        </Group>
      )}
      {mayChange && canDecide && (
        <Group align="end" gap="xs" mt="sm">
          <TextInput
            label="Say what the approver would"
            placeholder="Reason, for a rejection"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {DECISIONS.map((status) => (
            <Button key={status} variant="default" onClick={() => void run(() => decide(template.sid, status, reason))}>
              {status}
            </Button>
          ))}
        </Group>
      )}
      {error !== null && <Failure error={error} />}
    </section>
  );
}
