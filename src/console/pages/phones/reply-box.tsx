/** Where the phone writes: to whom and by which channel, text with its segments, files, a place, and the keywords. */
import { ActionIcon, Button, Select, Textarea, Tooltip } from '@mantine/core';
import { MapPin, Paperclip, SendHorizontal, X } from 'lucide-react';
import { type KeyboardEvent, useRef, useState } from 'react';
import { testSide } from '../../api/client.ts';
import { useAccountSid } from '../../app/session-context.ts';
import { Failure } from '../../parts/failure.tsx';
import { measure } from '../../parts/meter.ts';
import { SegmentMeter } from '../../parts/segment-meter.tsx';
import { useAction } from '../../parts/use-action.ts';
import { type Conversation, lookAgain, type Phone, pathOf } from './api.ts';
import { type Attached, readFile } from './attached.ts';
import { type Place, PlaceFields, placeOf } from './place-fields.tsx';
import classes from './reply-box.module.css';

interface Props {
  number: string;
  phone: Phone;
  conversation: Conversation;
}

const WORDS: Record<string, string> = { sms: 'SMS', whatsapp: 'WhatsApp', rcs: 'RCS', messenger: 'Messenger' };
const KEYWORDS = ['STOP', 'START', 'HELP'];
const MOST_FILES = 10;

export function ReplyBox({ number, phone, conversation }: Props) {
  const account = useAccountSid();
  const [chosen, setChosen] = useState<string | null>(null);
  const [body, setBody] = useState('');
  const [files, setFiles] = useState<Attached[]>([]);
  const [place, setPlace] = useState<Place | null>(null);
  const sending = useAction(async (what: Record<string, unknown>) => {
    await testSide(pathOf(account, number, 'send'), { method: 'POST', json: { wait: false, ...what } });
    lookAgain(account);
  });
  const attaching = useAction(async (list: FileList | null) => {
    const read = await Promise.all([...(list ?? [])].slice(0, MOST_FILES - files.length).map(readFile));
    setFiles([...files, ...read]);
  });
  const { isBusy } = sending;
  const error = sending.error ?? attaching.error;
  const picker = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  const receivers = conversation.receivers.filter((address) => isReachable(number, address));
  const last = conversation.messages.findLast(({ direction }) => direction === 'received')?.from ?? '';
  const to = chosen ?? (receivers.includes(last) ? last : receivers[0]);
  if (to === undefined) {
    return (
      <p className={classes.nobody}>Nobody here can be written to by this phone: the account has no such sender.</p>
    );
  }
  const channel = channelOf(to);
  const isEmpty = body.trim() === '' && files.length === 0 && place === null;

  const send = (what: Record<string, unknown>): Promise<boolean> => {
    attaching.forget();
    return sending.run({ to, channel, ...what });
  };
  const submit = async (): Promise<void> => {
    if (isEmpty || isBusy) return;
    const sent = await send({
      ...(body !== '' && { body }),
      ...(files.length > 0 && { media: files.map(({ type, base64 }) => ({ content_type: type, base64 })) }),
      ...(place !== null && channel !== 'sms' && { location: placeOf(place) }),
    });
    if (!sent) return;
    setBody('');
    setFiles([]);
    setPlace(null);
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };

  return (
    <div className={classes.box}>
      <div className={classes.line}>
        <Select
          className={classes.to}
          aria-label="To"
          leftSection="To"
          leftSectionWidth={32}
          data={grouped(receivers)}
          value={to}
          onChange={setChosen}
          allowDeselect={false}
          size="xs"
          searchable={receivers.length > 12}
        />
        <span className={classes.channel} data-testid="reply-channel">
          {channel === 'sms' && files.length > 0 ? 'MMS' : (WORDS[channel] ?? channel)}
        </span>
        <span className={classes.keywords}>
          {KEYWORDS.map((word) => (
            <button key={word} type="button" disabled={isBusy} onClick={() => void send({ body: word })}>
              {word}
            </button>
          ))}
        </span>
      </div>
      {files.length > 0 && (
        <ul className={classes.files}>
          {files.map((file, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same file may be there twice
            <li key={index}>
              {file.preview !== null && <img src={file.preview} alt="" />}
              <span>{file.name}</span>
              <ActionIcon
                size="xs"
                aria-label={`Remove ${file.name}`}
                onClick={() => setFiles(files.filter((_, at) => at !== index))}
              >
                <X size={12} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      {place !== null && channel !== 'sms' && (
        <PlaceFields place={place} onChange={setPlace} onClose={() => setPlace(null)} />
      )}
      <div className={classes.line}>
        <Textarea
          ref={field}
          className={classes.field}
          aria-label={`Reply from ${phone.name ?? number}`}
          placeholder="Reply…"
          autosize
          minRows={1}
          maxRows={6}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          data-testid="reply-field"
        />
        <Tooltip label="Attach files">
          <ActionIcon aria-label="Attach files" size="lg" onClick={() => picker.current?.click()}>
            <Paperclip size={16} />
          </ActionIcon>
        </Tooltip>
        {channel !== 'sms' && (
          <Tooltip label="Send a place">
            <ActionIcon
              aria-label="Send a place"
              size="lg"
              onClick={() =>
                setPlace(place === null ? { latitude: '37.7749', longitude: '-122.4194', label: '' } : null)
              }
            >
              <MapPin size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        <Button
          size="sm"
          disabled={isEmpty}
          loading={isBusy}
          rightSection={<SendHorizontal size={14} aria-hidden />}
          onClick={() => void submit()}
          data-testid="reply-send"
        >
          Send
        </Button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          data-testid="reply-files"
          onChange={(event) => {
            void attaching.run(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {channel === 'sms' && files.length === 0 ? (
        <SegmentMeter meter={measure(body)} />
      ) : (
        <span className={classes.hint}>{body.length} characters · no segments</span>
      )}
      {error !== null && <Failure error={error} />}
    </div>
  );
}

/** A phone of a channel without numbers writes on that channel alone. */
function isReachable(number: string, address: string): boolean {
  const own = channelOf(number);
  return own === 'sms' ? channelOf(address) !== 'messenger' : channelOf(address) === own;
}

function channelOf(address: string): string {
  const colon = address.indexOf(':');
  return colon === -1 ? 'sms' : address.slice(0, colon);
}

function grouped(receivers: string[]): { group: string; items: { value: string; label: string }[] }[] {
  const groups = Map.groupBy(receivers, channelOf);
  return [...groups].map(([channel, items]) => ({
    group: channel === 'sms' ? 'SMS and MMS' : (WORDS[channel] ?? channel),
    items: items.map((value) => ({ value, label: value })),
  }));
}
