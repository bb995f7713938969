/**
 * Text that somebody else wrote: bodies, names, addresses, URLs. It is shown as text and never as markup, it cannot turn
 * the words around it, and characters that are invisible or change the reading order are shown by their name.
 */
import { Fragment } from 'react';
import classes from './user-text.module.css';

/**
 * Controls (but tab and line ends), bidi controls, zero-width spaces, line separators, the byte order mark, tags. Joiners
 * and selectors of a variant stay, for emoji and several scripts are written with them, but not where there is nothing to
 * join: at the head of a text and behind what is Latin (digits may become keycaps).
 */
const HIDDEN =
  /(?![\t\n\r])[\p{Cc}\p{Bidi_Control}\u00ad\u180e\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<=^|[\p{ASCII}\p{Script=Latin}])(?:\u200c|\u200d|[\ufe00-\ufe0f](?!\u20e3))/gu;

/** For attributes and plain strings: hidden characters become `⟨U+202E⟩`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `⟨${codePoint(character)}⟩`);
}

/** For the page: as `visible`, each marked, in an element of its own reading direction. */
export function UserText({ children, className }: { children: string; className?: string }) {
  return (
    <bdi className={className}>
      <Shown>{children}</Shown>
    </bdi>
  );
}

/** The same inside of an element that has its own reading direction. */
export function Shown({ children }: { children: string }) {
  const pieces: { at: number; text: string; hidden: string | null }[] = [];
  let at = 0;
  for (const found of children.matchAll(HIDDEN)) {
    pieces.push({ at, text: children.slice(at, found.index), hidden: codePoint(found[0]) });
    at = found.index + found[0].length;
  }
  return (
    <>
      {pieces.map(({ at: key, text, hidden }) => (
        <Fragment key={key}>
          {text}
          <span className={classes.hidden} title={`Invisible character ${hidden}`}>
            {hidden}
          </span>
        </Fragment>
      ))}
      {children.slice(at)}
    </>
  );
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
