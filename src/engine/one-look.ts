/** Looks once for each thing, for as long as one batch takes; a look that failed is none. */
export function batchLook<T>(look: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const found = new Map<string, Promise<T>>();
  return (key) => {
    const known = found.get(key);
    if (known) return known;
    const one = look(key);
    found.set(key, one);
    one.catch(() => found.delete(key));
    return one;
  };
}

/** Makes looks for the same thing that are under way at once into one. Nothing is remembered beyond that. */
export function oneLook<T>(look: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const open = new Map<string, Promise<T>>();
  return (key) => {
    const known = open.get(key);
    if (known) return known;
    const found = look(key).finally(() => open.delete(key));
    open.set(key, found);
    return found;
  };
}
