import {
  beaconOrder,
  type Committee,
  isMember,
  nodesOf,
  type OffenceReport,
  type Participant,
  reportsOf,
} from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { ChainLink } from './chain-link.ts';
import type { Emit } from './events.ts';
import { type ReportLink, submitReport } from './offence-reports.ts';
import { pause } from './pause.ts';

/** Rounds whose offences wait to be reported; the oldest make room, and a later start finds them again. */
export const MAX_WAITING_ROUNDS = 256;

export type ReporterTuning = {
  /** One member after the other takes over from those before it, so that one reports and the others find it done. */
  readonly staggerMs: number;
  readonly retryMs: number;
  readonly attempts: number;
};

const REPORTING: ReporterTuning = { staggerMs: 6_000, retryMs: 15_000, attempts: 20 };

export type EvidenceReporterCollaborators = {
  readonly self: NodeId;
  readonly link: ReportLink & Pick<ChainLink, 'free'>;
  readonly participant: Pick<Participant, 'head' | 'certificate' | 'offences' | 'proof'>;
  /** Of an epoch; undefined for one that this node does not know. */
  readonly committeeOf: (epoch: number) => Committee | undefined;
  readonly emit: Emit;
  readonly onError: (error: unknown) => void;
};

/**
 * Hands what others have done to the slasher: offences that a round's entry names, and two commit votes in one view.
 * The chain is asked first, so that nothing is sent twice, whoever was first and however often this process starts.
 */
export class EvidenceReporter {
  readonly #with: EvidenceReporterCollaborators;
  readonly #tuning: ReporterTuning;
  /** Rounds to look at, with the attempts that failed, the first to come the first to go. */
  readonly #waiting = new Map<number, number>();
  #current: number | undefined;
  /** Whether there may be more to report of the current round than was found. */
  #isStale = false;
  #wake: () => void = () => undefined;

  constructor(collaborators: EvidenceReporterCollaborators, tuning: ReporterTuning = REPORTING) {
    this.#with = collaborators;
    this.#tuning = tuning;
  }

  /** Rounds that wait, the one that is being reported among them. */
  get waiting(): readonly number[] {
    return [...this.#waiting.keys()];
  }

  /** Something of this round may be reported. */
  note(round: number): void {
    if (round === this.#current) this.#isStale = true;
    if (!this.#waiting.has(round)) this.#waiting.set(round, 0);
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= MAX_WAITING_ROUNDS) break;
      this.#waiting.delete(oldest);
    }
    this.#wake();
  }

  /** Looks at the last rounds again: after a start, and where a reorganisation may have undone a report. */
  async recall(): Promise<void> {
    const { participant } = this.#with;
    const { round: last } = participant.head;
    for (let round = Math.max(1, last - MAX_WAITING_ROUNDS + 1); round <= last; round++) {
      const certificate = await participant.certificate(round);
      if (certificate !== undefined && certificate.entry.offences.length > 0) this.note(round);
    }
    for (const { round } of participant.offences) if (round <= last) this.note(round);
  }

  /** Rejects when the signal fires, and for nothing else. */
  async run(signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted();
      const [round] = this.#waiting.keys();
      if (round === undefined) await this.#noted(signal);
      else await this.#attempt(round, signal);
    }
  }

  async #attempt(round: number, signal: AbortSignal): Promise<void> {
    const failed = this.#waiting.get(round) ?? 0;
    [this.#current, this.#isStale] = [round, false];
    try {
      await this.#report(round, signal);
      this.#waiting.delete(round);
      if (this.#isStale) this.#waiting.set(round, 0);
    } catch (error) {
      signal.throwIfAborted();
      this.#waiting.delete(round);
      // Those behind it have their turn before it is tried again.
      if (error instanceof BallastError && failed + 1 < this.#tuning.attempts)
        this.#waiting.set(round, failed + 1);
      else this.#with.onError(error);
      await pause(this.#tuning.retryMs, signal);
    } finally {
      this.#current = undefined;
    }
  }

  async #report(round: number, signal: AbortSignal): Promise<void> {
    const { self, link, committeeOf, emit } = this.#with;
    const found = await this.#reportsOf(round);
    const reports = found.filter(({ node }) => node !== self);
    const [first] = reports;
    if (first === undefined) return;
    await pause(this.#turn(first) * this.#tuning.staggerMs, signal);
    for (const report of reports) {
      await link.free(signal);
      const committee = committeeOf(report.epoch);
      if (committee === undefined) continue;
      const outcome = await submitReport(link, report, committee, { signal });
      if (outcome.status !== 'reported' && outcome.status !== 'refused') continue;
      const { node, kind, evidence } = report;
      emit({
        ...{ event: 'reported', round, node, kind, evidence, status: outcome.status },
        transaction: outcome.status === 'reported' ? outcome.transaction : null,
        reason: outcome.status === 'refused' ? (outcome.reason ?? '') : '',
      });
    }
  }

  #reportsOf(round: number): Promise<OffenceReport[]> {
    const { participant, link } = this.#with;
    const proofs = async (of: number) => {
      const kept = participant.offences.filter((offence) => offence.round === of);
      const bytes = await Promise.all(kept.map(({ evidence }) => participant.proof(evidence)));
      return bytes.flatMap((each) => each ?? []);
    };
    return reportsOf(round, {
      network: link.network,
      certificate: (of) => participant.certificate(of),
      proofs,
    });
  }

  /** 0 for the first of the epoch's members in an order that the proof draws; behind them for others. */
  #turn({ epoch, evidence }: { readonly epoch: number; readonly evidence: Digest }): number {
    const committee = this.#with.committeeOf(epoch);
    if (committee === undefined) return 0;
    const order = beaconOrder(evidence, nodesOf(committee));
    return isMember(committee, this.#with.self) ? order.indexOf(this.#with.self) : order.length;
  }

  async #noted(signal: AbortSignal): Promise<void> {
    const noted = Promise.withResolvers<void>();
    const end = () => noted.resolve();
    this.#wake = end;
    signal.addEventListener('abort', end, { once: true });
    await noted.promise;
    signal.removeEventListener('abort', end);
  }
}
