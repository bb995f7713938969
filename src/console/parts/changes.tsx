import type { ReactNode } from 'react';
import { useMayChange } from '../app/session-context.ts';

/** A form that changes something. Whoever may only look sees what is in it, and why nothing of it can be touched. */
export function Changes({ width, children }: { width?: number; children: ReactNode }) {
  const mayChange = useMayChange();
  return (
    <fieldset disabled={!mayChange} style={{ border: 0, padding: 0, margin: 0, maxWidth: width }}>
      {!mayChange && (
        <p className="muted" data-testid="viewer-note">
          A viewer looks and changes nothing: sign in as an operator to edit this.
        </p>
      )}
      {children}
    </fieldset>
  );
}
