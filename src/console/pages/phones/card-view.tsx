/** What a template shows beside its text, and what can be pressed of it. */
import { Button, Menu } from '@mantine/core';
import { Copy, ExternalLink, List, Phone as PhoneIcon } from 'lucide-react';
import type { Card, CardButton } from '../../../domain/content-card.ts';
import { testSide } from '../../api/client.ts';
import { useAccountSid, useMayChange } from '../../app/session-context.ts';
import { copyText } from '../../parts/copy.ts';
import { Failure } from '../../parts/failure.tsx';
import { useAction } from '../../parts/use-action.ts';
import { UserText, visible } from '../../parts/user-text.tsx';
import { lookAgain, pathOf } from './api.ts';
import classes from './card-view.module.css';
import { LinkButton } from './link-button.tsx';

/** Titles and texts of a card, or of each card of a carousel. */
export function CardView({ card }: { card: Card | Omit<Card, 'type' | 'cards'> }) {
  const { header, title, subtitle, body, footer, media = [] } = card;
  return (
    <div className={classes.card}>
      {header && <UserText className={classes.title}>{header}</UserText>}
      {title && <UserText className={classes.title}>{title}</UserText>}
      {subtitle && <UserText className={classes.quiet}>{subtitle}</UserText>}
      {body && <UserText>{body}</UserText>}
      {media.map((url) => (
        <span key={url} className={classes.quiet}>
          {visible(url)}
        </span>
      ))}
      {footer && <UserText className={classes.quiet}>{footer}</UserText>}
      {'cards' in card &&
        card.cards?.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cards of a carousel have their order alone
          <CardView key={index} card={one} />
        ))}
    </div>
  );
}

interface PressableProps {
  number: string;
  sid: string;
  buttons?: { text: string; payload: string }[];
  card?: Card;
}

/** Buttons and lists, which the phone can press. */
export function Pressable({ number, sid, buttons = [], card }: PressableProps) {
  const account = useAccountSid();
  const mayChange = useMayChange();
  const { run: press, error } = useAction(async (what: { payload: string } | { item: string }) => {
    await testSide(pathOf(account, number, 'press'), { method: 'POST', json: { ...what, message: sid, wait: false } });
    lookAgain(account);
  });
  const items = card?.items ?? [];
  const others = [...(card?.buttons ?? []), ...(card?.cards ?? []).flatMap((one) => one.buttons ?? [])];
  return (
    <div className={classes.press}>
      {buttons.map(({ text, payload }) => (
        <Button
          key={`${payload} ${text}`}
          variant="default"
          radius="xl"
          disabled={!mayChange}
          onClick={() => void press({ payload })}
        >
          {visible(text)}
        </Button>
      ))}
      {others
        .filter(({ kind }) => kind !== 'QUICK_REPLY')
        .map((button) => (
          <Other key={`${button.kind} ${button.text}`} number={number} button={button} />
        ))}
      {items.length > 0 && (
        <Menu>
          <Menu.Target>
            <Button variant="default" radius="xl" leftSection={<List size={14} aria-hidden />} disabled={!mayChange}>
              {visible(card?.button ?? 'Choose')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {items.map(({ id, item, description }) => (
              <Menu.Item key={id} onClick={() => void press({ item: id })}>
                {visible(item)}
                {description !== '' && <span className={classes.description}>{visible(description)}</span>}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
      {error !== null && <Failure error={error} />}
    </div>
  );
}

/** Buttons that tell the app nothing: an address, a number to call, a code to copy. */
function Other({ number, button: { kind, text, url, phone, code } }: { number: string; button: CardButton }) {
  if (url !== undefined) {
    return (
      <span className={classes.other}>
        <ExternalLink size={13} aria-hidden /> {visible(text)}: <LinkButton number={number} url={url} />
      </span>
    );
  }
  const value = code ?? phone ?? text;
  return (
    <Button
      variant="default"
      radius="xl"
      leftSection={kind === 'PHONE_NUMBER' ? <PhoneIcon size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
      onClick={() => void copyText(value, text)}
    >
      {visible(text)}
    </Button>
  );
}
