/** Changes of one resource at the same moment: whoever comes second judges again by what the first has made of it. */

/** What a change was judged by is no longer so. Nothing of it has been saved. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/** Somebody else has got through each time before: more turns than there are calls at a time are a bug. */
const MOST_TURNS = 1_000;

/** Does `work` again from its beginning for as long as it is overtaken. */
export async function untilKept<Made>(work: () => Promise<Made> | Made): Promise<Made> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Overtaken) || turn === MOST_TURNS) throw error;
    }
  }
}
