import { randomBytes } from 'node:crypto';
import {
  type Abstention,
  type AuditedStep,
  type BeaconSource,
  type Clock,
  type Committee,
  type Decided,
  type Epoch,
  epochOfRound,
  networkGenesis,
  Participant,
  type Received,
  type RoundAggregator,
  type Transport,
} from '../../coordinator/index.ts';
import { ledgerAccountant, PrivacyLedger } from '../../privacy/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import type { DataClock } from '../data/index.ts';
import type { OperatorIdentity } from '../keys/index.ts';
import { genesisOf, type StabilityModel } from '../models/index.ts';
import type { Verdict } from '../network/index.ts';
import type { Trainer } from '../training/index.ts';
import { AfterDecision } from './after-decision.ts';
import type { ChainLink } from './chain-link.ts';
import type { Conditions } from './conditions.ts';
import type { Emit } from './events.ts';
import { EvidenceReporter } from './evidence-reporter.ts';
import { FeeAdvisor } from './fee-advisor.ts';
import { createGate } from './gate.ts';
import { HandOver } from './hand-over.ts';
import { ledgerPolicy } from './ledger-policy.ts';
import { ModelMonitor, type ModelMonitorOptions } from './model-monitor.ts';
import { tellOwnRow, tellOwnUpdate } from './own-update.ts';
import { pause } from './pause.ts';
import type { PublicMarket } from './public-market.ts';
import { RoundNotes } from './round-notes.ts';
import { createRoundTrainer } from './round-trainer.ts';

export type CoreOptions = {
  readonly document: NetworkDocument;
  readonly identity: OperatorIdentity;
  /** That the log starts from: of the first epoch, where there are several. */
  readonly committee: Committee;
  readonly model: StabilityModel;
  /** The last round to take part in. */
  readonly rounds: number;
  /** Keeps the bodies, models and transcripts of all rounds. */
  readonly archive: boolean;
  /** The store was put back from a backup. */
  readonly restored: boolean;
  /** ε that this node gives at most; the network's unless given. */
  readonly epsilonBudget?: number | undefined;
  /** Whether proofs go to the slasher. */
  readonly reportsEvidence?: boolean;
  /** What the model is watched on. */
  readonly monitoring: Pick<ModelMonitorOptions, 'collaterals' | 'reference' | 'shadow' | 'tables'>;
};

export type CoreCollaborators = {
  readonly link: ChainLink;
  /** What the node remembers of its rounds, its privacy ledger, what it has seen of the model, its notes: they never meet. */
  readonly stores: {
    readonly round: KeyValueStore;
    readonly ledger: KeyValueStore;
    readonly monitor: KeyValueStore;
    readonly notes: KeyValueStore;
  };
  readonly transport: Transport;
  readonly clock: Clock;
  readonly dataClock: DataClock;
  readonly market: PublicMarket;
  /** Steps on public rows, where the network audits training. */
  readonly auditedStep?: (round: number) => AuditedStep;
  readonly trainer: Trainer;
  readonly aggregator: RoundAggregator;
  readonly emit: Emit;
  readonly conditions: Conditions;
  /** The others have said what a restored node may have forgotten. */
  readonly onConfirmed: () => void;
  /** Another committee decides from now on. */
  readonly onEpoch: () => void;
  readonly onError: (error: unknown) => void;
  readonly revise?: (update: Float64Array) => Float64Array;
  /** Closes what the stores are part of. */
  readonly closeStores: () => Promise<void>;
};

const OF_ITS_PAST = [
  'VOTES_BEHIND',
  'LEDGER_BEHIND',
  'LEDGER_UNCONFIRMED',
  'RESTORE_UNCONFIRMED',
  'PRIVACY_BUDGET_SPENT',
] as const;

/**
 * The part of a node that lives on its store: ledger, participant, and what follows a decision. It ends when the
 * store fails, and another is opened over the same folder.
 */
export class NodeCore {
  readonly #options: CoreOptions;
  readonly #collaborators: CoreCollaborators;
  readonly #stopping = new AbortController();
  /** Models that the chain may cite yet. */
  #keptModels: readonly Digest[] = [];
  #parts:
    | {
        participant: Participant;
        advisor: FeeAdvisor;
        handOver: HandOver;
        after: AfterDecision;
        reporter: EvidenceReporter | undefined;
        ledger: PrivacyLedger;
        monitor: ModelMonitor;
      }
    | undefined;
  readonly notes: RoundNotes;
  /** The last round that this node sits out. */
  #silentUntil = 0;

  private constructor(options: CoreOptions, collaborators: CoreCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.notes = new RoundNotes(collaborators.stores.notes);
  }

  /** Reads ledger, log and votes back. @throws what they throw, `GENESIS_MISMATCH`; the stores are closed then. */
  static async open(options: CoreOptions, collaborators: CoreCollaborators): Promise<NodeCore> {
    const { document } = options;
    const core = new NodeCore(options, collaborators);
    try {
      const { parameters } = document;
      const policy = ledgerPolicy(parameters.privacy, options.epsilonBudget);
      const accountant = ledgerAccountant(parameters);
      const ledger = await PrivacyLedger.open(collaborators.stores.ledger, policy, { accountant });
      const participant = await core.#createParticipant(ledger);
      const monitor = await core.#openMonitor(participant);
      core.#parts = { ...core.#assemble(participant), ledger, monitor };
      return core;
    } catch (error) {
      await collaborators.closeStores();
      throw error;
    }
  }

  get participant(): Participant {
    return this.#running.participant;
  }

  /** The epoch whose members have yet to hand over on the chain. */
  get dueEpoch(): Epoch | undefined {
    const { handOver, participant } = this.#running;
    return handOver.due === undefined ? undefined : participant.epochOf(handOver.due);
  }

  get ledger(): PrivacyLedger {
    return this.#running.ledger;
  }

  get monitor(): ModelMonitor {
    return this.#running.monitor;
  }

  start(): void {
    this.participant.start();
    this.publishMissing();
    const { reporter } = this.#running;
    if (reporter !== undefined) this.#beside(reporter.run(this.#stopping.signal));
  }

  /** Begins nothing more; resolves when the step under way is done and the stores are closed. */
  async stop(): Promise<void> {
    this.#stopping.abort(new BallastError('NODE_STOPPING', 'the node stops'));
    await this.participant.stop();
    // What the next core knows of its own past, it finds out anew.
    for (const code of OF_ITS_PAST) {
      this.#collaborators.conditions.clear(code);
    }
    await this.#collaborators.closeStores();
  }

  /** Takes a gossiped message. */
  hear(bytes: Uint8Array): Verdict {
    const { participant, advisor, handOver } = this.#running;
    const reception = participant.receive(bytes);
    if (reception.action !== 'accept') return { action: reception.action, code: reception.code };
    const { message } = reception;
    if (message.type === 'recommendation') this.#beside(this.#weigh(message, advisor));
    if (message.type === 'handover') handOver.receive(message.sender, message.round, message.payload);
    return { action: 'accept' };
  }

  /** Publishes what is certified and not on the chain, when this node's turn comes, and looks for what to report. */
  publishMissing(): void {
    this.#beside(this.#running.after.publishMissing());
    this.#beside(this.#running.reporter?.recall() ?? Promise.resolve());
  }

  get #running() {
    if (this.#parts === undefined) throw new BallastError('NODE_STATE', 'core: got a call before open');
    return this.#parts;
  }

  #assemble(participant: Participant) {
    const { identity, document } = this.#options;
    const { link, market, onError } = this.#collaborators;
    const { signal } = this.#stopping;
    const emit: Emit = (event) => {
      this.#beside(this.notes.take(event));
      this.#collaborators.emit(event);
    };
    const advisor = new FeeAdvisor({
      link,
      committeeAt: (round) => participant.epochOf(this.#epochOf(round))?.committee,
      self: identity.nodeId,
      account: identity.account,
      forecast: async (round, digest) =>
        market.medianForecast(round, await participant.obtainWeights(digest, signal)),
      onCited: (kept) => {
        this.#keptModels = kept;
      },
      say: (round, recommendation) => participant.recommend(round, recommendation),
      emit,
    });
    const self = identity.nodeId;
    const epochRounds = document.parameters.committee?.epochRounds;
    const handOver = new HandOver({ self, link, epochRounds, participant, emit, signal });
    const after = new AfterDecision({
      self,
      link,
      participant,
      market,
      advisor,
      handOver,
      emit,
      onError,
      signal,
    });
    const committeeOf = (epoch: number) => participant.epochOf(epoch)?.committee;
    const reporter =
      this.#options.reportsEvidence === true
        ? new EvidenceReporter({ self, link, participant, committeeOf, emit, onError })
        : undefined;
    return { participant, advisor, handOver, after, reporter };
  }

  #openMonitor(participant: Participant): Promise<ModelMonitor> {
    const { model, monitoring, document } = this.#options;
    const { stores, dataClock: clock, conditions, emit } = this.#collaborators;
    return ModelMonitor.open(
      { ...monitoring, model, clock, deadBand: document.parameters.gate.deadBand },
      { store: stores.monitor, participant, conditions, emit },
    );
  }

  #epochOf(round: number): number {
    const { document, committee } = this.#options;
    const terms = document.parameters.committee;
    return terms === undefined ? committee.epoch : epochOfRound(terms.epochRounds, round);
  }

  #createParticipant(ledger: PrivacyLedger): Promise<Participant> {
    const { document, identity, committee, model } = this.#options;
    const { link, stores, transport, clock, market, aggregator, emit, conditions, onError, auditedStep } =
      this.#collaborators;
    const { parameters, genesis } = document;
    const weights = genesisOf(model);
    requireGenesis(document, layoutHash(model.layout), weightsDigest(weights));
    return Participant.open(
      {
        network: link.network,
        parameters,
        layout: genesis.layout,
        size: model.size,
        committee,
        genesis: networkGenesis(document, aggregator, model.size),
        genesisWeights: weights,
        archive: this.#options.archive,
        restored: this.#options.restored,
      },
      {
        store: stores.round,
        signer: identity.signer,
        commitScheme: link.commitScheme,
        aggregator,
        keptModels: () => this.#keptModels,
        clock,
        transport,
        beacon: this.#boundedBeacon(),
        registry: link.registry,
        evaluator: createGate(market, parameters, (judgement) => emit({ event: 'judged', ...judgement })),
        trainer: this.#roundTrainer(ledger),
        ...(auditedStep === undefined ? {} : { auditedStep }),
      },
      {
        onDecided: (decided) => this.#onDecided(decided),
        onOwnRow: (round, row) => tellOwnRow(round, row, conditions),
        onPhase: (round, phase) => emit({ event: 'phase', round, phase }),
        onView: (round, view) => emit({ event: 'view', round, view }),
        onRefused: ({ sender, code, reason }) => emit({ event: 'refused', code, sender, reason }),
        onSuspected: (round, pairs) => emit({ event: 'suspected', round, pairs }),
        onOffence: ({ node, kind, round, evidence }) => {
          const reason = `${kind} in round ${round}, proof ${evidence}`;
          emit({ event: 'refused', code: 'OFFENCE_PROVEN', sender: node, reason });
          // One of the round in progress is reported with its certificate.
          const parts = this.#parts;
          if (parts !== undefined && round <= parts.participant.head.round) parts.reporter?.note(round);
        },
        onError,
        onAbstain: (abstention) => this.#onAbstain(abstention),
        onConfirmed: () => {
          conditions.clear('RESTORE_UNCONFIRMED');
          this.#collaborators.onConfirmed();
        },
        onLedgerConfirmed: () => conditions.clear('LEDGER_UNCONFIRMED'),
      },
    );
  }

  #roundTrainer(ledger: PrivacyLedger) {
    const { dataClock, trainer, emit, conditions, revise } = this.#collaborators;
    return createRoundTrainer(this.#options.document.parameters, {
      model: this.#options.model,
      ledger,
      clock: dataClock,
      randomBytes: (length) => randomBytes(length),
      emit: (event) => {
        if (event.event === 'abstained' && event.code === 'PRIVACY_BUDGET_EXCEEDED')
          conditions.raise('PRIVACY_BUDGET_SPENT', event.reason);
        emit(event);
      },
      now: () => performance.now(),
      store: this.#collaborators.stores.round,
      countRecords: (range) => trainer.records(range, this.#stopping.signal),
      trainLocally: (from, range, options, correction) =>
        trainer.train(
          { weights: from, range, options, ...(correction === undefined ? {} : { correction }) },
          this.#stopping.signal,
        ),
      ...(revise === undefined ? {} : { revise }),
    });
  }

  /** After the last round nobody asks for another beacon, so the network rests. */
  #boundedBeacon(): BeaconSource {
    const { link } = this.#collaborators;
    const { rounds } = this.#options;
    return {
      ...link.beacon,
      randomnessAt: async (height, signal) => {
        if (this.participant.head.round >= rounds) await pause(2 ** 31 - 1, signal);
        return link.beacon.randomnessAt(height, signal);
      },
    };
  }

  #onDecided(decided: Decided): void {
    const { round } = decided.certificate.entry;
    if (round >= this.#silentUntil) this.#collaborators.conditions.clear('VOTES_BEHIND');
    tellOwnUpdate(decided, this.#options.identity.nodeId, this.#collaborators.conditions);
    if (decided.certificate.entry.nextCommittee !== null) this.#collaborators.onEpoch();
    this.#noteOffences(decided);
    const isLast = round >= this.#options.rounds;
    const { after, monitor } = this.#running;
    // What comes late is looked at with the newest round.
    if (decided.isOld !== true) this.#beside(monitor.follow(decided.certificate));
    const followed = after.follow(decided);
    const { emit } = this.#collaborators;
    this.#beside(isLast ? followed.then(() => emit({ event: 'finished', round })) : followed);
  }

  #noteOffences({ certificate: { entry } }: Decided): void {
    const { reporter, participant } = this.#running;
    const isNamed = entry.offences.length > 0;
    if (isNamed || participant.offences.some(({ round }) => round === entry.round))
      reporter?.note(entry.round);
  }

  #onAbstain({ code, reason, until }: Abstention): void {
    if (until !== undefined) this.#silentUntil = Math.max(this.#silentUntil, until);
    this.#collaborators.conditions.raise(code, reason, { until: until ?? null });
  }

  async #weigh({ sender, round, payload }: Received<'recommendation'>, advisor: FeeAdvisor): Promise<void> {
    if (await advisor.receive(sender, round, payload)) return;
    const reason = 'the chain would not verify its signature';
    this.#collaborators.emit({ event: 'refused', code: 'RECOMMENDATION_SIGNATURE', sender, reason });
  }

  #beside(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#collaborators.onError(error);
    });
  }
}

function requireGenesis({ genesis }: NetworkDocument, layout: string, modelDigest: string): void {
  if (genesis.layout === layout && genesis.modelDigest === modelDigest) return;
  throw new BallastError(
    'GENESIS_MISMATCH',
    `model: got layout ${layout.slice(0, 12)}, expected ${genesis.layout.slice(0, 12)} as in the network document`,
    { hint: 'configure the model that the network trains' },
  );
}
