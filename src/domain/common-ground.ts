/** What most of some things have in common: "all from one phone" says more than a list of them. */

export interface Common<Kind extends string> {
  kind: Kind;
  value: string;
  /** Of how many. */
  count: number;
  of: number;
}

/** Less than this is no explanation. */
const SHARE = 0.8;
const FEWEST = 2;

/**
 * The first kind, in the order given, of which one value stands for at least four of five things; `null`: none does.
 * Things that lack a value count against it.
 */
export function commonGround<Kind extends string>(
  things: readonly Partial<Record<Kind, string | null>>[],
  kinds: readonly Kind[],
): Common<Kind> | null {
  if (things.length < FEWEST) return null;
  for (const kind of kinds) {
    const counts = new Map<string, number>();
    for (const { [kind]: value } of things) if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    const [best] = [...counts].sort(([, a], [, b]) => b - a);
    if (best && best[1] / things.length >= SHARE) return { kind, value: best[0], count: best[1], of: things.length };
  }
  return null;
}
