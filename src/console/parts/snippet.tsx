import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { Copy } from 'lucide-react';
import { copyText } from './copy.ts';
import classes from './snippet.module.css';
import { visible } from './user-text.tsx';

interface Props {
  /** One text, or one a language (`{ curl, Node, Python }`), each a tab. What stands here must run as pasted. */
  code: string | Record<string, string>;
  /** What the copy button calls it. */
  label?: string;
}

/** Code to copy. Secrets in it are the user's own; nothing is hidden. */
export function Snippet({ code, label = 'Code' }: Props) {
  if (typeof code === 'string') return <Block code={code} label={label} />;
  const [first = ''] = Object.keys(code);
  return (
    <Tabs defaultValue={first} className={classes.tabs}>
      <Tabs.List>
        {Object.keys(code).map((name) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {Object.entries(code).map(([name, text]) => (
        <Tabs.Panel key={name} value={name}>
          <Block code={text} label={`${name} code`} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Block({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.block} data-testid="snippet">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, by keyboard too */}
      <section className={classes.text} tabIndex={0} aria-label={label}>
        <pre>
          <code>{visible(code)}</code>
        </pre>
      </section>
      <Tooltip label="Copy">
        <ActionIcon className={classes.copy} aria-label={`Copy ${label}`} onClick={() => void copyText(code, label)}>
          <Copy size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
