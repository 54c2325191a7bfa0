import type { Digest } from '../../protocol/digest.ts';
import { openEnvelope, type Sealed } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { type Committee, isMember } from '../committee.ts';
import { compareText } from '../compare.ts';
import { type Received, readMessage } from '../received.ts';
import { reportsWithheld } from './body-withheld.ts';
import { decodeEvidence, evidenceDigest, invalidEvidence } from './encoding.ts';
import { equivocation } from './equivocation.ts';
import { contradicts, overspends } from './false-ledger.ts';
import type { Evidence, EvidenceKind, Offence } from './kinds.ts';

/** What a proof is held against; none of it is taken from the proof. */
export type EvidenceContext = {
  readonly network: Digest;
  readonly parameters: Pick<NetworkParameters, 'privacy'>;
  /** Whether a node is, or was, on the network's roster: others have no weight to lose. */
  readonly isRegistered: (node: NodeId) => boolean;
  /** Who could vote in a round; undefined for one whose committee is not known. */
  readonly committeeAt: (round: number) => Committee | undefined;
  /** Checks the one part of a `failed-audit` against the log; without it that kind is refused. @throws BallastError */
  readonly verifyAudit?: (proof: Uint8Array) => Promise<Culprit>;
};

type Culprit = { readonly node: NodeId; readonly round: number };

/**
 * What a proof shows, checked from its bytes and from what everybody knows of the network: nobody's word is taken.
 *
 * @throws BallastError `EVIDENCE_INVALID`, for a failed audit too, which `verifyAnyEvidence` checks.
 */
export function verifyEvidence(bytes: Uint8Array, context: EvidenceContext): Offence {
  const evidence = decodeEvidence(bytes);
  return offenceOf(bytes, evidence.kind, culprit(evidence, context), context);
}

/**
 * The same for every kind: a failed audit is held against the log, which is read.
 *
 * @throws BallastError `EVIDENCE_INVALID`; `EVIDENCE_AHEAD` for an audit of a round that the log does not have yet.
 */
export async function verifyAnyEvidence(bytes: Uint8Array, context: EvidenceContext): Promise<Offence> {
  const { kind, proof } = decodeEvidence(bytes);
  if (kind !== 'failed-audit') return verifyEvidence(bytes, context);
  const [part, ...more] = proof;
  if (part === undefined || more.length > 0 || context.verifyAudit === undefined) throw unchecked();
  return offenceOf(bytes, kind, await context.verifyAudit(part), context);
}

function offenceOf(
  bytes: Uint8Array,
  kind: EvidenceKind,
  { node, round }: Culprit,
  context: EvidenceContext,
): Offence {
  if (!context.isRegistered(node)) throw invalidEvidence(`${node}, who is not on the roster`);
  return { node, kind, round, evidence: evidenceDigest(bytes) };
}

function culprit(evidence: Evidence, context: EvidenceContext): Culprit {
  switch (evidence.kind) {
    case 'equivocation-header':
    case 'equivocation-vote':
    case 'equivocation-proposal':
      return ofEquivocation(evidence, context);
    case 'body-withheld':
      return ofWithheldBody(evidence, context);
    case 'false-ledger':
      return ofFalseLedger(evidence, context);
    case 'failed-audit':
      throw unchecked();
  }
}

function ofEquivocation({ kind, proof }: Evidence, context: EvidenceContext): Culprit {
  const [first, second, ...more] = proof.map((part) => opened(part, context));
  const found = first && second && more.length === 0 ? equivocation(first, second) : undefined;
  if (first === undefined || found === undefined || found.kind !== kind)
    throw invalidEvidence('two messages that do not contradict each other');
  if (found.proof[0] !== first.bytes) throw invalidEvidence('its two messages in the other order');
  return { node: first.envelope.sender, round: first.envelope.round };
}

function ofWithheldBody({ proof }: Evidence, context: EvidenceContext): Culprit {
  const [first, ...rest] = proof;
  const header = message('update-header', first, context);
  const committee = context.committeeAt(header.round);
  if (committee === undefined) throw invalidEvidence(`round ${header.round}, whose committee is not known`);
  const reports = rest.map((part) => message('body-report', part, context));
  const isReport = (report: Received<'body-report'>) =>
    report.round === header.round &&
    report.sender !== header.sender &&
    isMember(committee, report.sender) &&
    reportsWithheld(report, header);
  if (!reports.every(isReport)) throw invalidEvidence('a report that does not say so');
  if (reports.length !== committee.faults + 1)
    throw invalidEvidence(`${reports.length} reports of ${committee.faults + 1}`);
  if (!isAscending(reports.map(({ sender }) => sender))) throw invalidEvidence('reports out of order');
  return { node: header.sender, round: header.round };
}

function ofFalseLedger({ proof }: Evidence, context: EvidenceContext): Culprit {
  const [earlier, later, ...more] = proof.map((part) => message('update-header', part, context));
  if (earlier === undefined || more.length > 0) throw invalidEvidence('another number of headers');
  const isProven =
    later === undefined
      ? overspends(earlier, context.parameters)
      : contradicts(earlier, later, context.parameters);
  if (!isProven) throw invalidEvidence('headers whose statements can be true');
  return { node: earlier.sender, round: (later ?? earlier).round };
}

function unchecked(): BallastError {
  return invalidEvidence('an audit that cannot be checked here');
}

function opened(bytes: Uint8Array, { network }: EvidenceContext): Sealed {
  try {
    const sealed = openEnvelope(bytes);
    if (sealed.envelope.net !== network) throw invalidEvidence('a message of another network');
    return sealed;
  } catch (cause) {
    if (!(cause instanceof BallastError)) throw cause;
    throw cause.code === 'EVIDENCE_INVALID' ? cause : invalidEvidence(cause.message, cause);
  }
}

function message<Type extends 'update-header' | 'body-report'>(
  type: Type,
  bytes: Uint8Array | undefined,
  context: EvidenceContext,
): Received<Type> {
  if (bytes === undefined) throw invalidEvidence(`no ${type}`);
  const sealed = opened(bytes, context);
  if (sealed.envelope.type !== type) throw invalidEvidence(`a ${sealed.envelope.type} in place of a ${type}`);
  try {
    return readMessage(sealed) as Received<Type>;
  } catch (cause) {
    throw invalidEvidence(cause instanceof BallastError ? cause.message : 'a message of another form', cause);
  }
}

function isAscending(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || compareText(names[i - 1] ?? '', name) < 0);
}
