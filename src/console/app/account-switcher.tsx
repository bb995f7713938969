import { Menu, UnstyledButton } from '@mantine/core';
import { Check, ChevronDown, Copy } from 'lucide-react';
import { useAccounts } from '../api/accounts.ts';
import { copyText } from '../parts/copy.ts';
import { shortSid } from '../parts/sid.tsx';
import { visible } from '../parts/user-text.tsx';
import classes from './account-switcher.module.css';
import { useAccountSid, useSession } from './session-context.ts';
import { useView } from './view.ts';

/** Which account the pages show. The choice is in the address, so that a shared link means the same account. */
export function AccountSwitcher() {
  const { default_account_sid } = useSession();
  const accounts = useAccounts();
  const sid = useAccountSid();
  const [, setView] = useView({ account: default_account_sid });
  const name = accounts.find((one) => one.sid === sid)?.friendly_name ?? 'Account';

  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target>
        <UnstyledButton className={classes.button}>
          <span className="unseen">Account </span>
          <span className={classes.name}>{visible(name)}</span>
          <span className={classes.sid}>{shortSid(sid)}</span>
          <ChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah="70dvh" className={classes.list}>
        {accounts.map((one) => (
          <Menu.Item
            key={one.sid}
            leftSection={<Check size={14} aria-hidden opacity={one.sid === sid ? 1 : 0} />}
            aria-current={one.sid === sid || undefined}
            onClick={() => setView({ account: one.sid }, true)}
          >
            {visible(one.friendly_name)}{' '}
            <span className="muted mono">
              {shortSid(one.sid)}
              {one.status === 'active' ? '' : ` ${one.status}`}
            </span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Copy size={14} aria-hidden />} onClick={() => void copyText(sid, 'Account SID')}>
          Copy account SID
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
