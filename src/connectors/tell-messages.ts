/** Telling the Ear of messages whose files are fetched when they are kept, and not before. */
import type { Ear, Heard } from './connector.ts';

/** A file will not be had another time either. Anything else that `read` rejects with may pass. */
export class FileGone extends Error {
  override readonly name = 'FileGone';
}

type Medium = Heard['media'][number];

/** Rejects as the Ear does, but not for a file that is gone: that must not keep its message from its reader. */
export async function tellMessages(ear: Ear, messages: Heard[], odd: (why: string) => void): Promise<void> {
  if (messages.length === 0) return;
  const gone = new Set<Medium>();
  const watched = (medium: Medium): Medium => ({
    ...medium,
    read: async () => {
      try {
        return await medium.read();
      } catch (error) {
        if (error instanceof FileGone) gone.add(medium);
        throw error;
      }
    },
  });
  try {
    await ear.inbound(messages.map((heard) => ({ ...heard, media: heard.media.map(watched) })));
  } catch (error) {
    if (gone.size === 0) throw error;
    odd(`${gone.size} files that cannot be had`);
    const left = messages.map((heard) => ({ ...heard, media: heard.media.filter((one) => !gone.has(one)) }));
    await tellMessages(ear, left, odd);
  }
}
