import { notifications } from '@mantine/notifications';

/** Puts text on the clipboard and says so: `copyText(sid, 'Message SID')` → "Message SID copied". */
export async function copyText(text: string, what: string): Promise<void> {
  const copied = await place(text);
  notifications.show({ message: copied ? `${what} copied` : `${what} could not be copied`, autoClose: 2_000 });
}

async function place(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not a secure context (plain http from another machine): the old way still works there.
    const field = document.createElement('textarea');
    field.value = text;
    field.style.position = 'fixed';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
