import { expect, it } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, NOW } from './store.fixtures.ts';
import { claimFetches, endedWithMedia, fetched, holdOf, settled } from './store-media.fixtures.ts';

/** Media from several nodes at once: whoever holds, settles and removes, no medium is ever without a living blob. */
export function storeMediaManyContract(several: () => { a: Store; b: Store; loseAnswers(count: number): void }): void {
  /** Long enough for every hold of `endedWithMedia` to be over. */
  const LATER = NOW + 120_000;
  const remove = (store: Store, sid: string) =>
    store.change([{ accountSid: ACCOUNT, sid, verb: 'remove' as const }], LATER);
  const fetching = () => ({ ...acceptance({ numMedia: 1, callbackUrl: null }), fetch: { urls: ['x'] } });

  it('the same bytes held at two nodes at once have one life', async () => {
    const { a, b } = several();
    for (let round = 0; round < 30; round += 1) {
      const [one, two] = await Promise.all([holdOf(a, `r${round}`), holdOf(b, `r${round}`)]);
      expect(one).toEqual(two);
    }
  });

  it('media removed at two nodes at once leave their blob dying, never living without anybody', async () => {
    const { a, b } = several();
    for (let round = 0; round < 30; round += 1) {
      const [one, two] = [await endedWithMedia(a, [`r${round}`]), await endedWithMedia(a, [`r${round}`])];
      await Promise.all([remove(a, one), remove(b, two)]);
      const dying = await a.dyingBlobs(10, LATER);
      expect(dying).toHaveLength(1);
      await b.forgetBlobs(dying);
    }
  });

  it('a settlement that meets the removal of the last medium keeps the blob, or is lost', async () => {
    const { a, b } = several();
    const seen = { next: 0, lost: 0, over: 0 };
    for (let round = 0; round < 60; round += 1) {
      const sid = await endedWithMedia(a, [`r${round}`]);
      // A hold that has run out is no protection: this is what a fetch that took too long comes to.
      const { key } = await holdOf(a, `r${round}`, NOW + 1);
      await a.accept([fetching()], LATER);
      const [work] = await claimFetches(a, LATER);
      if (!work) throw new Error('Nothing was claimed');
      const [[settlement], [removal]] = await Promise.all([
        b.settleFetches([settled(work, fetched([key]))], LATER),
        remove(a, sid),
      ]);
      expect(removal?.kind).toBe('done');
      const dying = await b.dyingBlobs(10, LATER);
      expect(settlement?.kind === 'lost' ? dying : []).toEqual(dying);
      const media = await a.media({ accountSid: ACCOUNT, messageSid: work.message.sid, limit: 9 });
      expect(media.map(({ blobKey }) => blobKey)).toEqual(settlement?.kind === 'next' ? [key] : []);
      if (settlement) seen[settlement.kind] += 1;
      await a.forgetBlobs(dying);
      // Out of the way of the next round.
      for (const again of await claimFetches(a, LATER)) {
        await a.settleFetches([settled(again, { kind: 'fail', errorCode: 11751 })], LATER);
      }
      await claim(a, LATER);
    }
    expect(seen.over).toBe(0);
    expect(seen.next + seen.lost).toBe(60);
  });

  it('a hold that meets the removal of the last medium protects it, or begins another life', async () => {
    const { a, b } = several();
    for (let round = 0; round < 60; round += 1) {
      const sid = await endedWithMedia(a, [`r${round}`]);
      const [before] = await a.media({ accountSid: ACCOUNT, messageSid: sid, limit: 1 });
      const [held] = await Promise.all([holdOf(b, `r${round}`, LATER + 60_000, LATER), remove(a, sid)]);
      const dying = await a.dyingBlobs(10, LATER);
      expect(dying).toEqual(held.key === before?.blobKey ? [] : [before?.blobKey]);
      await a.forgetBlobs(dying);
    }
  });

  it('fetches of two nodes are shared out, and nothing goes to both', async () => {
    const { a, b } = several();
    await a.accept(
      Array.from({ length: 100 }, () => fetching()),
      NOW,
    );
    const both = await Promise.all([claimFetches(a, NOW, 'a'), claimFetches(b, NOW, 'b')]);
    const rest = await claimFetches(a, NOW, 'a');
    const works = [...both.flat(), ...rest];
    expect(new Set(works.map(({ workId }) => workId)).size).toBe(100);
    expect(works).toHaveLength(100);
  });

  it('a fetch whose commit got no answer is settled once, and its claim is given back', async () => {
    const { b, loseAnswers } = several();
    await b.accept([fetching()], NOW);
    loseAnswers(1);
    const [work] = await claimFetches(b, NOW);
    if (!work) throw new Error('Nothing was claimed');
    expect(work.attempt).toBe(2);
    loseAnswers(1);
    const { key } = await holdOf(b, 'a');
    expect(await b.holdBlob({ hash: key.slice(0, 64), sizeBytes: 10, heldUntil: NOW }, NOW)).toMatchObject({ key });
    loseAnswers(1);
    // Its commit came through, so that the second try finds nothing to settle.
    expect(await b.settleFetches([settled(work, fetched([key]))], NOW)).toEqual([null]);
    expect(await b.media({ accountSid: ACCOUNT, messageSid: work.message.sid, limit: 9 })).toHaveLength(1);
    expect((await b.stats()).sendsDue).toBe(1);
  });
}
