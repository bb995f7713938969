import { Button, Drawer, Group, JsonInput, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { queries } from '../../api/query.ts';
import { PageLink } from '../../app/page-link.tsx';
import { useMayChange, useSession } from '../../app/session-context.ts';
import { Changes } from '../../parts/changes.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import { visible } from '../../parts/user-text.tsx';
import { ApprovalTrial } from './approval-trial.tsx';
import { Previews } from './previews.tsx';
import { removeTemplate, saveTemplate, type Template, type TemplateDraft, templatesKey } from './templates.ts';

interface Props {
  account: string;
  /** `null`: a new one. */
  template: Template | null;
  open: boolean;
  onClose: () => void;
}

/** A template beside the list: its text and types, what each channel gets, and its approval. */
export function TemplateDrawer({ account, template, open, onClose }: Props) {
  const title = template === null ? 'New template' : visible(template.friendly_name ?? template.sid);
  return (
    <Drawer opened={open} onClose={onClose} position="right" size="xl" title={title}>
      <Opened key={template?.sid ?? 'new'} account={account} template={template} onClose={onClose} />
    </Drawer>
  );
}

interface Typed {
  name: string;
  language: string;
  variables: string;
  types: string;
}

const NEW: Typed = {
  name: '',
  language: 'en',
  variables: '{ "1": "tomorrow" }',
  types: '{\n  "twilio/text": { "body": "See you {{1}}." }\n}',
};

const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt_BR', 'sv', 'tr', 'zh_CN'];

function Opened({ account, template, onClose }: Omit<Props, 'open'>) {
  const mayChange = useMayChange();
  const { test_side: testSide } = useSession();
  const [typed, setTyped] = useState<Typed>(() => (template === null ? NEW : typedOf(template)));
  const [removing, setRemoving] = useState(false);
  const draft = draftOf(typed);
  const refresh = () => queries.invalidateQueries({ queryKey: templatesKey(account) });

  const { run, isBusy, error } = useAction(async () => {
    if (draft === null) return;
    await saveTemplate(account, template?.sid ?? null, draft);
    await refresh();
    onClose();
  });
  const change = (patch: Partial<Typed>) => setTyped((before) => ({ ...before, ...patch }));

  return (
    <>
      <Changes>
        <Group grow align="start">
          <TextInput
            label="Name"
            value={typed.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Select
            label="Language"
            data={[...new Set([...LANGUAGES, typed.language])]}
            value={typed.language}
            allowDeselect={false}
            onChange={(language) => change({ language: language ?? 'en' })}
          />
        </Group>
        <Textarea
          mt="sm"
          label="Values of placeholders"
          description="JSON: used where a message does not give its own ContentVariables."
          value={typed.variables}
          onChange={(event) => change({ variables: event.currentTarget.value })}
          autosize
          spellCheck={false}
        />
        <JsonInput
          mt="sm"
          label="Types"
          description="JSON, by name: twilio/text, twilio/media, twilio/quick-reply, twilio/call-to-action, twilio/card, whatsapp/card …"
          value={typed.types}
          onChange={(types) => change({ types })}
          autosize
          minRows={6}
          validationError="This is no JSON."
          spellCheck={false}
        />
        {error !== null && <Failure error={error} />}
        {mayChange && (
          <Group mt="md" gap="xs">
            <Button loading={isBusy} disabled={draft === null} onClick={() => void run()}>
              {template === null ? 'Create' : 'Save'}
            </Button>
            {template && (
              <Button variant="subtle" color="red" onClick={() => setRemoving(true)}>
                Delete…
              </Button>
            )}
            {template && (
              <PageLink to="/send" search={{ ContentSid: template.sid }}>
                Send it
              </PageLink>
            )}
          </Group>
        )}
      </Changes>
      {draft && <Previews draft={draft} />}
      {template && <ApprovalTrial account={account} template={template} canDecide={testSide} onDone={refresh} />}
      <Confirm
        title="Delete this template?"
        action="Delete"
        danger
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          if (template) await removeTemplate(account, template.sid);
          await refresh();
          onClose();
        }}
      >
        Messages that were made from it keep their text. Requests that name its SID are refused with 21655.
      </Confirm>
    </>
  );
}

function typedOf({ friendly_name, language, variables, types }: Template): Typed {
  const name = friendly_name ?? '';
  return { name, language, variables: JSON.stringify(variables), types: JSON.stringify(types, null, 2) };
}

/** `null` while one of the two JSON texts cannot be read. */
function draftOf({ name, language, variables, types }: Typed): TemplateDraft | null {
  const [values, parsed] = [objectOf(variables || '{}'), objectOf(types)];
  if (values === null || parsed === null) return null;
  return {
    friendly_name: name,
    language,
    variables: values as TemplateDraft['variables'],
    types: parsed as TemplateDraft['types'],
  };
}

function objectOf(text: string): object | null {
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? read : null;
  } catch {
    // Still being typed: the field says so.
    return null;
  }
}
