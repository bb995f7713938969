/**
 * How fast the machine is just now. Shared ones have spells in which everything takes twice as long, which says nothing
 * of a page whose bar is in milliseconds: its time is told as it would be at the usual pace.
 */

const SAMPLE = JSON.stringify(
  Array.from({ length: 200 }, (_, index) => ({ sid: `SM${index}`, body: 'a text of a message '.repeat(3), at: index })),
);
const TURNS = 400;
/** What the turns take where `bench -- codec` finds 17 µs for a submit of the `smpp` package. */
const USUAL_MS = 40;

/** How many times longer than usual the same work takes: 1, or more. */
function slowness(): number {
  const startedAt = performance.now();
  for (let turn = 0; turn < TURNS; turn += 1) JSON.stringify(JSON.parse(SAMPLE));
  return Math.max(1, (performance.now() - startedAt) / USUAL_MS);
}

/** The milliseconds that `measure` answers, at the usual pace. */
export async function atUsualPace(measure: () => Promise<number>): Promise<number> {
  const before = slowness();
  const ms = await measure();
  return (2 * ms) / (before + slowness());
}
