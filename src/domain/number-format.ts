/** How numbers are shown to people. */

/** `(202) 555-0100` for North America, else the number itself. */
export function friendly(e164: string): string {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(e164);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : e164;
}
