import type { TracedPdu } from '../../domain/pdu-trace.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { CallbackClaim, CallbackResult } from '../callback-shapes.ts';
import type { Call } from '../commit.ts';
import type { ConsoleChange } from '../console-shapes.ts';
import type { Account, AccountChange, Document, Sender } from '../directory.ts';
import type { Expiry } from '../expiry.ts';
import type { ArrivedPart, EndedSubmission, Intake, OptOutChange, ReplyResult } from '../inbound-shapes.ts';
import type { BlobHold, FetchSettlement, LinkVisit } from '../media.ts';
import type { PduBounds } from '../pdu-shapes.ts';
import type { FiredTrigger, RaisedAlert } from '../report-shapes.ts';
import type { Acceptance, Change, Claim, Release, RepaceStep, SendClaim, SendSettlement, WorkKind } from '../store.ts';
import type { HandOvers } from '../work-shapes.ts';
import { accept, isOneStatement as isOneAccept } from './accept.ts';
import type { Batch } from './batch.ts';
import { dyingBlobs, forgetBlobs, holdBlob } from './blobs.ts';
import { claimCallbacks, finishCallbacks, keepMadeAttempts, replayCallback } from './callbacks.ts';
import { change } from './changes.ts';
import { claimSends } from './claim-sends.ts';
import { changeConsole } from './console.ts';
import { changeAccount, removeSender, saveAccount, saveSender } from './directory.ts';
import { removeDocument, saveDocument } from './documents.ts';
import { noteHandOvers } from './hand-overs.ts';
import { takeIn } from './inbound.ts';
import { claimJoinings, endSubmission, giveBackJoinings, takePart } from './joinings.ts';
import { forgetLinks, visitLink } from './links.ts';
import { claimFetches, removeMedia, settleFetches } from './media.ts';
import { type ClaimedQuestion, changeOptOuts, findClaimed, passGate } from './opt-outs.ts';
import { forgetInbound } from './pairs.ts';
import { forgetPdus, keepPdus } from './pdus.ts';
import { expire, lose } from './privacy.ts';
import { receive } from './receipts.ts';
import { claimReleases, release } from './releases.ts';
import { repace } from './repace.ts';
import { claimReplies, finishReplies } from './replies.ts';
import { fireTrigger, forgetAlerts, raiseAlerts } from './reports.ts';
import { leave, settleSends, takeOver } from './settle-sends.ts';

/** The writing verbs, and how the calls of one transaction are put together. */

/** Verbs on many items: their calls become one batch, whose answers are handed back call by call. */
const MERGED: Record<string, (batch: Batch, items: never[], now: number) => Promise<unknown[]>> = {
  accept: (batch, items: Acceptance[], now) => accept(batch, items, now),
  settleSends: (batch, items: SendSettlement[], now) => settleSends(batch, items, now),
  receive: (batch, items: Receipt[], now) => receive(batch, items, now),
  finishCallbacks: (batch, items: CallbackResult[], now) => finishCallbacks(batch, items, now),
  release: (batch, items: Release[], now) => release(batch, items, now),
  settleFetches: (batch, items: FetchSettlement[], now) => settleFetches(batch, items, now),
  change: (batch, items: Change[], now) => change(batch, items, now),
  takePart: (batch, items: ArrivedPart[], now) => takePart(batch, items, now),
  takeIn: (batch, items: Intake[], now) => takeIn(batch, items, now),
  finishReplies: (batch, items: ReplyResult[], now) => finishReplies(batch, items, now),
  changeOptOuts: (batch, items: OptOutChange[], now) => changeOptOuts(batch, items, now),
  findClaimed: (batch, items: ClaimedQuestion[], now) => findClaimed(batch, items, now),
  raiseAlerts: (batch, items: RaisedAlert[], now) => raiseAlerts(batch, items, now),
};

const SINGLE: Record<string, (batch: Batch, args: never, now: number) => Promise<unknown>> = {
  replayCallback: (batch, [account, id]: [string, number], now) => replayCallback(batch, account, id, now),
  takeOver: (batch, [owner]: [string], now) => takeOver(batch, owner, now),
  leave: (batch, [owner]: [string], now) => leave(batch, owner, now),
  repace: (batch, [step]: [RepaceStep], now) => repace(batch, step, now),
  forgetAlerts: (batch, [before]: [number]) => forgetAlerts(batch, before),
  fireTrigger: (batch, [fired]: [FiredTrigger], now) => fireTrigger(batch, fired, now),
  keepAttempts: (batch, [records]: [CallbackResult['record'][]]) => keepMadeAttempts(batch, records),
  keepPdus: (batch, [pdus]: [TracedPdu[]]) => keepPdus(batch, pdus),
  forgetPdus: (batch, [bounds]: [PduBounds]) => forgetPdus(batch, bounds),
  changeConsole: (batch, [change]: [ConsoleChange], now) => changeConsole(batch, change, now),
  noteHandOvers: (batch, [note]: [HandOvers]) => noteHandOvers(batch, note),
  saveAccount: (batch, [account]: [Account]) => saveAccount(batch, account),
  changeAccount: (batch, [one]: [AccountChange], now) => changeAccount(batch, one, now),
  saveSender: (batch, [sender, expected]: [Sender, Sender?]) => saveSender(batch, sender, expected),
  removeSender: (batch, [account, sid]: [string, string]) => removeSender(batch, account, sid),
  saveDocument: (batch, [document, expected]: [Document, Document?]) => saveDocument(batch, document, expected),
  removeDocument: (batch, [account, kind, sid]: [string, string, string]) => removeDocument(batch, account, kind, sid),
  visitLink: (batch, [visit]: [LinkVisit], now) => visitLink(batch, visit, now),
  forgetLinks: (batch, [before]: [number]) => forgetLinks(batch, before),
  expire: (batch, [step]: [Expiry], now) => expire(batch, step, now),
  claimReleases: (batch, [claim]: [Claim], now) => claimReleases(batch, claim, now),
  claimFetches: (batch, [claim]: [Claim], now) => claimFetches(batch, claim, now),
  holdBlob: (batch, [blob]: [BlobHold], now) => holdBlob(batch, blob, now),
  dyingBlobs: (batch, [limit]: [number], now) => dyingBlobs(batch, limit, now),
  forgetBlobs: (batch, [keys]: [string[]]) => forgetBlobs(batch, keys),
  removeMedia: (batch, [medium]: [Parameters<typeof removeMedia>[1]], now) => removeMedia(batch, medium, now),
  claimSends: (batch, [claim]: [SendClaim], now) => claimSends(batch, claim, now),
  claimJoinings: (batch, [claim]: [Claim], now) => claimJoinings(batch, claim, now),
  claimReplies: (batch, [claim]: [Claim], now) => claimReplies(batch, claim, now),
  passGate: (batch) => passGate(batch),
  forgetInbound: (batch, _args, now) => forgetInbound(batch, now),
  endSubmission: (batch, [ended]: [EndedSubmission], now) => endSubmission(batch, ended, now),
  claimCallbacks: (batch, [claim]: [CallbackClaim], now) => claimCallbacks(batch, claim, now),
};

/** Harmless when done twice: fenced by attempts, found to be stored already, or the same rows again. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  'accept',
  'settleSends',
  'receive',
  'finishCallbacks',
  'claimSends',
  'claimCallbacks',
  'claimReleases',
  'release',
  'claimFetches',
  'settleFetches',
  'holdBlob',
  'dyingBlobs',
  'forgetBlobs',
  'expire',
  'raiseAlerts',
  'forgetAlerts',
  'saveDocument',
  'takeOver',
  'leave',
  'saveAccount',
  'saveSender',
  'takePart',
  'claimJoinings',
  'endSubmission',
  'takeIn',
  'claimReplies',
  'finishReplies',
  'changeOptOuts',
  'forgetInbound',
  'passGate',
  'findClaimed',
  'noteHandOvers',
]);

/** Gives back what a lost claim may have leased: its rows are told by owner and end of lease. */
export const GIVE_BACK: Record<string, (batch: Batch, claim: Claim, now: number) => Promise<unknown>> = {
  async claimSends(batch, claim, now) {
    await giveBack(batch, 'send', claim, now);
    await giveBack(batch, 'notice', claim, now);
  },
  claimCallbacks: (batch, claim, now) => giveBack(batch, 'callback', claim, now),
  claimReleases: (batch, claim, now) => giveBack(batch, 'release', claim, now),
  claimFetches: (batch, claim, now) => giveBack(batch, 'fetch', claim, now),
  claimReplies: (batch, claim, now) => giveBack(batch, 'reply', claim, now),
  claimJoinings: (batch, claim, now) => giveBackJoinings(batch, claim, now),
};

/** Verbs with fault points. */
export const POINTS: Record<
  string,
  'accept' | 'claim' | 'settle' | 'receive' | 'finish' | 'intake' | 'reply' | 'privacy' | 'account'
> = {
  accept: 'accept',
  claimSends: 'claim',
  claimCallbacks: 'claim',
  claimFetches: 'claim',
  settleSends: 'settle',
  release: 'settle',
  settleFetches: 'settle',
  receive: 'receive',
  finishCallbacks: 'finish',
  takeIn: 'intake',
  finishReplies: 'reply',
  change: 'privacy',
  removeMedia: 'privacy',
  changeAccount: 'account',
};

/** Accepting without lanes, and a single note. */
export function isOneStatement(calls: Call[]): boolean {
  if (calls.length === 1 && calls[0]?.[0] === 'noteHandOvers') return true;
  return calls.every(([verb, , args]) => verb === 'accept' && isOneAccept(args[0] as Acceptance[]));
}

/** Settlements before claims, so that a claim sees what they let go. */
export async function runCalls(batch: Batch, calls: Call[]): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const [verb, run] of Object.entries(MERGED)) {
    const together = calls.flatMap((call, index) => (call[0] === verb ? [{ call, index }] : []));
    if (together.length === 0) continue;
    const items = together.flatMap(({ call }) => call[2][0] as never[]);
    const now = Math.max(...together.map(({ call }) => call[1]));
    const results = await run(batch, items, now);
    for (const { call, index } of together) answers[index] = results.splice(0, (call[2][0] as unknown[]).length);
    await batch.flush();
    await lose(batch);
  }
  for (const [index, [verb, now, args]] of calls.entries()) {
    if (verb in MERGED) continue;
    const run = SINGLE[verb];
    if (!run) throw new Error(`The store has no verb ${verb}`);
    answers[index] = await run(batch, args as never, now);
    await batch.flush();
    await lose(batch);
  }
  return answers;
}

/** Back in front of what waits, as if it had never been claimed. */
async function giveBack(batch: Batch, kind: WorkKind, { owner, leaseMs }: Claim, now: number): Promise<void> {
  const rows = await batch.query(
    `update work set due_at = case when kind in ('send', 'notice') then least($1, sid_at) else $1 end, owner = null
     where owner = $2 and kind = $3 and due_at = $4 returning account_sid, lane, connector`,
    [now, owner, kind, now + leaseMs],
  );
  await batch.lanes.lock(
    batch.session,
    rows
      .filter((row) => row[1] !== null)
      .map(([accountSid, key, connector]) => ({
        accountSid: accountSid as string,
        key: key as string,
        connector: connector as string,
      })),
  );
  for (const [, key] of rows) {
    const lane = key === null ? null : batch.lanes.get(key as string);
    if (lane) batch.lanes.bringForward(lane, now);
  }
  await batch.flush();
}
