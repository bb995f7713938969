/** `<SHA-256>-<this life>` in lower-case hex, as the store makes them. Nothing else is ever part of a path or address. */
const KEY = /^[0-9a-f]{64}-[0-9a-f]{8}$/;

export function isBlobKey(text: string): boolean {
  return KEY.test(text);
}

/** Throws for everything that could name something else than a blob. */
export function demandBlobKey(key: string): void {
  if (!isBlobKey(key)) throw new Error(`${JSON.stringify(key)} is no key of a blob`);
}
