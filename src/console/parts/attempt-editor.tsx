/** Edit & replay: another URL, method or parameters, sent at once and signed anew. Nothing else follows from it. */
import { Button, Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Attempt, attemptsKey, sendEdited } from '../api/attempts.ts';
import { queries } from '../api/query.ts';
import { useAccountSid } from '../app/session-context.ts';
import classes from './attempt-view.module.css';
import { Failure } from './failure.tsx';
import { linesOf, paramsOf } from './param-lines.ts';
import { onSubmit, useAction } from './use-action.ts';

interface Props {
  attempt: Attempt;
  onMade: (id: number) => void;
  onCancel: () => void;
}

export function AttemptEditor({ attempt, onMade, onCancel }: Props) {
  const account = useAccountSid();
  const isGet = attempt.request.method === 'GET';
  const [url, setUrl] = useState(isGet ? (attempt.request.url.split('?')[0] ?? '') : attempt.request.url);
  const [method, setMethod] = useState(attempt.request.method);
  const [lines, setLines] = useState(linesOf(attempt.params));
  const hasForm = attempt.kind !== 'click';
  // What the sender wrote is not kept here: left as it is, the server fills it in from the message.
  const isChanged = isGet || lines !== linesOf(attempt.params);
  const { run, isBusy, error } = useAction(async () => {
    const params = hasForm && isChanged ? { params: paramsOf(lines) } : {};
    const made = await sendEdited(account, attempt.id, { url, method, ...params });
    await queries.invalidateQueries({ queryKey: attemptsKey(account) });
    onMade(made.id);
  });
  return (
    <form className={classes.editor} onSubmit={onSubmit(run)}>
      <div className={classes.target}>
        <NativeSelect
          size="xs"
          label="Method"
          value={method}
          disabled={!hasForm}
          data={['POST', 'GET']}
          onChange={({ currentTarget }) => setMethod(currentTarget.value)}
        />
        <TextInput
          size="xs"
          label="URL"
          value={url}
          required
          data-autofocus
          onChange={({ currentTarget }) => setUrl(currentTarget.value)}
        />
      </div>
      {hasForm && (
        <Textarea
          size="xs"
          label="Parameters"
          description="One a line: Name=value"
          value={lines}
          autosize
          minRows={4}
          maxRows={16}
          classNames={{ input: 'mono' }}
          onChange={({ currentTarget }) => setLines(currentTarget.value)}
        />
      )}
      {error !== null && <Failure error={error} />}
      <Group gap="xs">
        <Button type="submit" loading={isBusy}>
          Send now
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
