import { Button } from '@mantine/core';
import { useState } from 'react';
import { PageLink } from '../../app/page-link.tsx';
import { UserText, visible } from '../../parts/user-text.tsx';
import classes from './connectors.module.css';
import { type Lately, share } from './connectors.ts';

const SHOWN = 4;

/** What the carrier answered, by share; opened: what each means and what follows from it. */
export function StatusMix({ statuses }: Pick<Lately, 'statuses'>) {
  const [isOpen, setOpen] = useState(false);
  if (statuses.length === 0) return null;
  const rest = statuses.length - SHOWN;
  return (
    <div data-testid="status-mix">
      <p className={classes.mix}>
        <span className="muted">Answers</span>
        {statuses.slice(0, SHOWN).map((one) => (
          <span key={one.name} className="nowrap">
            {short(one.name)} <span className={isGood(one.name) ? undefined : classes.bad}>{share(one.share)}</span>
          </span>
        ))}
        {rest > 0 && <span className="muted">and {rest} more</span>}
        <Button variant="subtle" size="compact-sm" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Explain'}
        </Button>
      </p>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too
        <div className={classes.explained} tabIndex={0}>
          <table aria-label="What the carrier answered">
            <thead>
              <tr>
                <th scope="col">Answer</th>
                <th scope="col">Count</th>
                <th scope="col">Meaning</th>
              </tr>
            </thead>
            <tbody>
              {statuses.map(({ name, code, text, follows, error_code, count }) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{visible(name)}</code>
                    {code !== null && <span className="muted"> 0x{code.toString(16).padStart(2, '0')}</span>}
                  </th>
                  <td>{count}</td>
                  <td>
                    {text !== '' && (
                      <>
                        <UserText>{text}</UserText>.{' '}
                      </>
                    )}
                    {follows}{' '}
                    {error_code !== null && (
                      <PageLink to="/messages" search={{ q: `error:${error_code}` }}>
                        Messages with {error_code}
                      </PageLink>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function isGood(name: string): boolean {
  return name === 'ESME_ROK' || name === 'accepted';
}

/** `ESME_ROK` is OK to everybody; of others the name is what carriers' papers list. */
function short(name: string): string {
  return name === 'ESME_ROK' ? 'OK' : visible(name).replace(/^ESME_R/, '');
}
