/** One message on the phone, and below it what only the console shows: its status, or what the app said to it. */
import { MapPin } from 'lucide-react';
import { UserText } from '../../parts/user-text.tsx';
import type { Entry, Medium } from './api.ts';
import classes from './bubble.module.css';
import { CardView, Pressable } from './card-view.tsx';
import { Foot } from './foot.tsx';
import { LinkButton } from './link-button.tsx';
import { ownPath, piecesOf } from './texts.ts';

export function Bubble({ number, entry }: { number: string; entry: Entry }) {
  const { direction, body, media, channel, card, buttons, location, actions = [], button, list, notice } = entry;
  const isFromApp = direction !== 'sent';
  const isThere = direction === 'received';
  return (
    <li
      className={classes.row}
      data-direction={direction}
      data-testid="phone-bubble"
      data-sid={entry.sid ?? undefined}
      data-status={entry.status ?? undefined}
    >
      <div className={classes.bubble} data-channel={channel} data-notice={notice}>
        <span className="unseen">{isFromApp ? (isThere ? 'Received: ' : 'Not received: ') : 'Sent: '}</span>
        {channel !== 'sms' && <span className={classes.channel}>{CHANNELS[channel] ?? channel}</span>}
        {(button || list) && <span className={classes.channel}>{button ? 'pressed' : 'chose'}</span>}
        {card && <CardView card={card} />}
        {media.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: files of a message have their order alone
          <File key={index} medium={one} />
        ))}
        {body !== '' && (
          <p className={classes.body}>
            {piecesOf(body).map(({ at, text, link }) =>
              link !== null && isThere ? (
                <LinkButton key={at} number={number} url={link} />
              ) : (
                <UserText key={at}>{text}</UserText>
              ),
            )}
          </p>
        )}
        {body === '' && media.length === 0 && !card && !location && <p className={classes.none}>(no text)</p>}
        {location && <Place {...location} />}
        {actions.map((action) => (
          <p key={action} className={classes.place}>
            <MapPin size={14} aria-hidden /> <UserText>{action}</UserText>
          </p>
        ))}
      </div>
      {isThere && (buttons || card) && entry.sid !== null && (
        <Pressable number={number} sid={entry.sid} buttons={buttons} card={card} />
      )}
      <Foot number={number} entry={entry} />
    </li>
  );
}

const CHANNELS: Record<string, string> = { whatsapp: 'WhatsApp', rcs: 'RCS', messenger: 'Messenger' };

/** Images are shown, everything else is named; both come from our own origin. */
function File({ medium: { content_type: type, url, size } }: { medium: Medium }) {
  const path = url === undefined ? null : ownPath(url);
  const words = `${type}${size === undefined ? '' : `, ${sizeOf(size)}`}`;
  if (path === null) return <p className={classes.file}>{words}</p>;
  if (/^image\/(png|jpeg|gif|webp)$/.test(type)) {
    return (
      <a href={path} target="_blank" rel="noreferrer" className={classes.image}>
        <img src={path} alt={words} loading="lazy" />
      </a>
    );
  }
  if (type.startsWith('audio/')) {
    // biome-ignore lint/a11y/useMediaCaption: it is what somebody sent; nobody wrote captions
    return <audio src={path} controls preload="none" className={classes.media} />;
  }
  if (type.startsWith('video/')) {
    // biome-ignore lint/a11y/useMediaCaption: it is what somebody sent; nobody wrote captions
    return <video src={path} controls preload="none" className={classes.media} />;
  }
  return (
    <a href={path} target="_blank" rel="noreferrer" className={classes.file}>
      {words}
    </a>
  );
}

function Place({ latitude, longitude, label, address }: NonNullable<Entry['location']>) {
  return (
    <p className={classes.place}>
      <MapPin size={14} aria-hidden />
      <UserText>
        {[label, address, `${latitude}, ${longitude}`].filter((one) => one !== undefined).join(' · ')}
      </UserText>
    </p>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1_024 ? `${bytes} B` : `${Math.round(bytes / 1_024).toLocaleString('en')} kB`;
}
