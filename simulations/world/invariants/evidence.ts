import { leaderOf } from '../../../coordinator/beacon.ts';
import { entryDigest } from '../../../coordinator/entry.ts';
import type { Received } from '../../../coordinator/received.ts';
import { type Digest, unpackDigests } from '../../../protocol/digest.ts';
import type { NodeId } from '../../../protocol/ids.ts';
import type { Lock } from '../../../protocol/messages.ts';
import type { WorldNode } from '../world-node.ts';
import { type Invariant, type InvariantContext, nameOf } from './invariant.ts';
import { Prepares } from './prepares.ts';

/**
 * An honest node prepares only on a proposal that rests on the reports of a quorum, or on a lock. In a later view it
 * rests on the view changes of a quorum too, in which every lock stands on prepares that were really said, and it is
 * for what the highest of these locks binds to.
 */
export function evidence(context: InvariantContext): Invariant {
  const viewChanges = new Map<Digest, Received<'view-change'>>();
  /** Who sent a report. */
  const reports = new Map<Digest, NodeId>();
  const proposals = new Map<string, Received<'proposal'>[]>();
  const prepares = new Prepares(context);

  const isReal = ({ view, entry }: Lock) =>
    prepares.count(entry.round, view, entryDigest(entry)) >= context.quorum;

  const isQuorum = (packed: Uint8Array) => {
    const digests = unpackDigests(packed);
    const known = digests.flatMap((each) => reports.get(each) ?? []);
    return new Set(known).size + digests.length - known.length >= context.quorum;
  };

  /** What is wrong with preparing `digest` on a proposal. */
  const wrong = ({ view, payload }: Received<'proposal'>, digest: Digest): string | undefined => {
    const areReported = isQuorum(payload.sealReports) && isQuorum(payload.bodyReports);
    if (view === 0) return areReported ? undefined : 'too few reports';
    const digests = unpackDigests(payload.viewChanges);
    const named = digests.flatMap((each) => viewChanges.get(each) ?? []);
    // A liar that leads may serve what it has said to nobody.
    const unheard = digests.length - named.length;
    const senders = new Set(named.map(({ sender }) => sender)).size + unheard;
    if (senders < context.quorum) return 'too few view changes';
    const locks = named.flatMap((change) => change.payload.lock ?? []);
    if (!locks.every(isReal)) return 'a lock without a quorum of prepares';
    const highest = locks.reduce<Lock | undefined>(
      (high, lock) => (high === undefined || lock.view > high.view ? lock : high),
      undefined,
    );
    if (unheard === 0 && highest === undefined && !areReported) return 'too few reports';
    const isBroken = unheard === 0 && highest !== undefined && entryDigest(highest.entry) !== digest;
    return isBroken ? 'another entry than the one that is locked' : undefined;
  };

  const check = (node: WorldNode, { round, view, payload }: Received<'prepare'>) => {
    const { state } = node;
    if (state?.round !== round || state.order.length === 0) return;
    const led = proposals.get(`${round}/${view}/${leaderOf(state.order, view)}`) ?? [];
    const faults = led.map((proposal) => wrong(proposal, payload.entry));
    if (faults.length === 0 || faults.includes(undefined)) return;
    context.report(
      'EVIDENCE_UNSOUND',
      `${nameOf(context, node)} prepares in round ${round}, view ${view} on ${faults[0]}`,
    );
  };

  return {
    onSaid: (node, message) => {
      if (message.type === 'view-change') viewChanges.set(message.digest, message);
      if (message.type === 'seal-report' || message.type === 'body-report')
        reports.set(message.digest, message.sender);
      if (message.type === 'proposal') {
        const key = `${message.round}/${message.view}/${message.sender}`;
        proposals.set(key, [...(proposals.get(key) ?? []), message]);
      }
      prepares.hear(message);
      if (message.type === 'prepare' && !node.isByzantine) check(node, message);
    },
  };
}
