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
