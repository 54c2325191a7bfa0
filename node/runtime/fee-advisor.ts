import type { LocalAccount } from 'viem';
import {
  applyRecommendations,
  ContractRevertError,
  explanationDigest,
  isSignedBy,
  lowerMedian,
  type ParameterState,
  type ParameterUpdate,
  parameterState,
  type RecommendationVote,
  recommendationDigest,
  STABILITY_FEE,
  signRecommendation,
  VALUE_LIMIT,
} from '../../contracts/client/index.ts';
import {
  type Certificate,
  type Committee,
  entryDigest,
  isMember,
  memberIndex,
} from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { Payload } from '../../protocol/messages.ts';
import type { FeeDecision } from '../controller/index.ts';
import { decideFee, holdText, underDispute } from './advised-state.ts';
import type { ChainLink } from './chain-link.ts';
import { CitedModels } from './cited-model.ts';
import type { Emit } from './events.ts';
import { pause } from './pause.ts';
import { proposeWish } from './wish-proposer.ts';

/** How long after the round's anchor block a recommendation may be applied, in seconds. */
const LIFETIME_SECONDS = 3_600;
/** Refusals that say that the chain has moved on since the recommendations were signed. */
const OVERTAKEN: Readonly<Record<string, string>> = {
  SEQUENCE_MISMATCH: 'a change newer than the seal',
  EXPECTED_MISMATCH: 'a change newer than the seal',
  MODEL_MISMATCH: 'another version to cite on the chain',
  RISK_RAISING_CONTESTED: 'dispute',
};
/** How long the applier waits for recommendations beyond the quorum. */
const GRACE_MS = 800;
const POLL_MS = 100;
/** One node after the other takes over from a leader that does not apply. */
const STAGGER_MS = 4_000;
const WAIT_MS = 5_000;
/** Changes of the parameter that a member's recommendations are kept for; it may name any. */
const MAX_UPDATES = 8;

type Recommendation = Payload<'recommendation'>;

type Advised = { readonly before: ParameterState; readonly decision: FeeDecision };

export type FeeAdvisorCollaborators = {
  readonly link: ChainLink;
  /** Who decides in a round; undefined where this node does not know. */
  readonly committeeAt: (round: number) => Committee | undefined;
  readonly self: NodeId;
  readonly account: LocalAccount;
  /** Median forecast of the deviation in bp by the model that is cited, from public data alone. */
  readonly forecast: (round: number, modelDigest: Digest) => Promise<number>;
  /** Hears which models must not be forgotten, since recommendations may rest on them. */
  readonly onCited?: (kept: readonly Digest[]) => void;
  readonly say: (round: number, recommendation: Recommendation) => Promise<void>;
  readonly emit: Emit;
};

/**
 * From model to parameter: this node's signed recommendation, the others', and the committee's median handed to
 * the chain, which applies or refuses it.
 */
export class FeeAdvisor {
  readonly #collaborators: FeeAdvisorCollaborators;
  /** Valid recommendations by member, then by what they are for: who floods crowds out nobody else's. */
  readonly #received = new Map<NodeId, Map<string, RecommendationVote>>();

  readonly #cited: CitedModels;

  constructor(collaborators: FeeAdvisorCollaborators) {
    this.#collaborators = collaborators;
    this.#cited = new CitedModels(collaborators.link);
  }

  /** Takes a member's recommendation after a round if the chain would take its signature. */
  async receive(sender: NodeId, round: number, payload: Recommendation): Promise<boolean> {
    const { link, committeeAt } = this.#collaborators;
    const committee = committeeAt(round);
    const index = committee === undefined ? -1 : memberIndex(committee, sender);
    const signer = committee?.members[index]?.signer;
    const update = updateOf(link, payload);
    const values = payload.changes.map(({ value }) => BigInt(value));
    const amounts = [...values, ...update.parameters.map(({ expected }) => expected)];
    if (signer === undefined || amounts.some((amount) => amount >= VALUE_LIMIT)) return false;
    const { explanation } = payload;
    const digest = recommendationDigest(this.#domain(), { ...update, values, explanation });
    if (!(await isSignedBy(digest, payload.signature, signer))) return false;
    const votes = this.#received.get(sender) ?? new Map<string, RecommendationVote>();
    votes.set(keyOf(payload), { index, values, explanation, signature: payload.signature });
    this.#received.set(sender, votes);
    for (const oldest of votes.keys()) {
      if (votes.size <= MAX_UPDATES) break;
      votes.delete(oldest);
    }
    return true;
  }

  /**
   * Recommends after a round, and hands the median to the chain when it is this node's turn.
   *
   * @param turn 0 for the round's leader; the others follow one by one if nothing has happened.
   */
  async advise(certificate: Certificate, turn: number, signal: AbortSignal): Promise<void> {
    const advised = await this.#recommend(certificate, turn, signal);
    // One a round, whatever became of the recommendation: governance may act where the breaker halts models.
    if (advised === undefined || turn > 0) return;
    const { link, emit } = this.#collaborators;
    await proposeWish(link, certificate.entry.round, advised.before, advised.decision, emit, signal);
  }

  /** @returns what was recommended, and on what; undefined for who has no vote. */
  async #recommend({ entry }: Certificate, turn: number, signal: AbortSignal): Promise<Advised | undefined> {
    const { link, emit, forecast, say, self, committeeAt, onCited } = this.#collaborators;
    const committee = committeeAt(entry.round);
    if (committee === undefined || !isMember(committee, self)) return undefined;
    // All recommend from the chain as it was at the block that the seal anchored, so that they agree on what for.
    const anchor = entry.finalized;
    const cited = await this.#cited.after(entry);
    onCited?.(cited.kept);
    const before = underDispute(await this.#state(anchor), cited);
    const time = await link.timestampAt(anchor);
    const decision = decideFee(
      link.document.parameters.fee,
      before,
      time,
      await forecast(entry.round, cited.modelDigest),
    );
    emit({
      event: 'recommended',
      round: entry.round,
      current: String(before.value),
      value: String(decision.value),
      wish: String(decision.wish),
      heldBy: decision.heldBy,
      explanation: decision.explanation,
    });
    if (before.readyAt > time) {
      // At one block all see the same, so nobody tries later what the round's leader could not do.
      if (turn === 0) this.#held(entry.round, before, [holdText(before, time)]);
      return { before, decision };
    }
    const update: ParameterUpdate = {
      network: link.network,
      sequence: before.sequence + 1,
      modelVersion: cited.version,
      modelDigest: cited.modelDigest,
      transcript: entryDigest(entry),
      expiry: time + LIFETIME_SECONDS,
      parameters: [{ parameter: STABILITY_FEE, expected: before.value }],
    };
    const recommendation = await this.#sign(update, decision);
    await this.receive(self, entry.round, recommendation);
    await say(entry.round, recommendation);
    await pause(turn * STAGGER_MS, signal);
    // Without a dispute window the chain takes recommendations only for the version that it has last.
    if (this.#cited.isNewest) await link.awaitVersion(entry.version, signal);
    await this.#apply(entry.round, committee, turn, update, recommendation, decision, signal);
    for (const [node, votes] of this.#received) {
      votes.delete(keyOf(recommendation));
      if (votes.size === 0) this.#received.delete(node);
    }
    return { before, decision };
  }

  async #apply(
    round: number,
    committee: Committee,
    turn: number,
    update: ParameterUpdate,
    own: Recommendation,
    decision: FeeDecision,
    signal: AbortSignal,
  ): Promise<void> {
    const { link, emit } = this.#collaborators;
    const votes = await this.#quorum(committee, keyOf(own), signal);
    const current = await this.#state();
    const isSuperseded = current.sequence >= update.sequence;
    // Whoever comes later in turn finds that the leader has applied this very update.
    if (isSuperseded && turn > 0) return;
    const held = (heldBy: readonly string[]) => this.#held(round, current, heldBy);
    if (isSuperseded) {
      held(['a change newer than the seal']);
      return;
    }
    if (votes.length < committee.quorum) {
      held([`${votes.length} of ${committee.quorum} recommendations agree on what they are for`]);
      return;
    }
    if (lowerMedian(votes.map(({ values: [value] }) => value ?? 0n)) === current.value) {
      held(decision.heldBy.length === 0 ? ['no change wished'] : decision.heldBy);
      return;
    }
    try {
      const applied = await applyRecommendations(
        link.reader,
        link.writer,
        link.document.contracts.controller,
        { update, votes, committee: committee.members.map(({ signer }) => signer) },
        { signal },
      );
      emit({
        event: 'fee',
        round,
        before: String(current.value),
        after: String(applied.values[0]),
        transaction: applied.transactionHash,
        heldBy: decision.heldBy,
      });
    } catch (error) {
      if (error instanceof BallastError && error.code === 'CHAIN_HELD') {
        held([error.message]);
        return;
      }
      if (!(error instanceof ContractRevertError)) throw error;
      held([await this.#refusalText(error)]);
    }
  }

  #held(round: number, { value }: ParameterState, heldBy: readonly string[]): void {
    const { emit } = this.#collaborators;
    emit({ event: 'fee', round, before: String(value), after: String(value), transaction: null, heldBy });
  }

  /** The recommendations for one update: a quorum, and a moment later those that came on its heels. */
  async #quorum(
    { quorum, members }: Committee,
    key: string,
    signal: AbortSignal,
  ): Promise<RecommendationVote[]> {
    const votes = () => [...this.#received.values()].flatMap((updates) => updates.get(key) ?? []);
    for (let waited = 0; waited < WAIT_MS && votes().length < quorum; waited += POLL_MS)
      await pause(POLL_MS, signal);
    for (let waited = 0; waited < GRACE_MS && votes().length < members.length; waited += POLL_MS)
      await pause(POLL_MS, signal);
    return votes();
  }

  async #sign(update: ParameterUpdate, decision: FeeDecision): Promise<Recommendation> {
    const explanation = explanationDigest(decision.explanation);
    const signature = await signRecommendation(this.#collaborators.account, this.#domain(), {
      ...update,
      values: [decision.value],
      explanation,
    });
    const { network: _, parameters, ...rest } = update;
    const changes = parameters.map(({ parameter, expected }) => ({
      parameter,
      expected: String(expected),
      value: String(decision.value),
    }));
    return { ...rest, changes, explanation, signature };
  }

  #state(height?: number): Promise<ParameterState> {
    const { link } = this.#collaborators;
    return parameterState(link.reader, link.document.contracts, STABILITY_FEE, height);
  }

  #domain() {
    const { link } = this.#collaborators;
    return { chainId: link.reader.chain.id, contract: link.document.contracts.controller };
  }

  async #refusalText(error: ContractRevertError): Promise<string> {
    const known = OVERTAKEN[error.code];
    if (known !== undefined) return known;
    if (error.code !== 'COOLDOWN_ACTIVE') return error.message;
    const { link } = this.#collaborators;
    const now = (await link.reader.getBlock()).timestamp;
    return `cooldown, ${Number(error.args.readyAt) - Number(now)} s left`;
  }
}

function updateOf(link: ChainLink, payload: Recommendation): ParameterUpdate {
  const { changes, explanation: _explanation, signature: _signature, ...shared } = payload;
  const parameters = changes.map(({ parameter, expected }) => ({ parameter, expected: BigInt(expected) }));
  return { ...shared, network: link.network, parameters };
}

/** What a recommendation is for: all of it but the sender's own values, explanation and signature. */
function keyOf({ sequence, modelVersion, modelDigest, transcript, expiry, changes }: Recommendation): string {
  const parameters = changes.map(({ parameter, expected }) => `${parameter}=${expected}`);
  return [sequence, modelVersion, modelDigest, transcript, expiry, ...parameters].join('/');
}
