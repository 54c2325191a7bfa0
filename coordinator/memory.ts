import { decodeCanonical } from '../protocol/encoding.ts';
import type { Sealed } from '../protocol/envelope.ts';
import type { Lock } from '../protocol/messages.ts';
import type { KeyValueStore } from '../protocol/store.ts';
import type { Collaborators, ParticipantObserver, ParticipantOptions } from './collaborators.ts';
import { Epochs } from './epochs.ts';
import { EvidenceBook } from './evidence/book.ts';
import type { EvidenceContext } from './evidence/verify.ts';
import { roundKey } from './keys.ts';
import { RoundLog } from './log.ts';
import { type Received, readMessage } from './received.ts';
import { decodeRoll, preparedRollKey, type Roll } from './roll.ts';
import { createRoster } from './roster.ts';
import type { Resumed } from './round/step.ts';
import type { StandingTable } from './standing/index.ts';
import { storedStanding } from './standing-store.ts';
import { WitnessBook } from './sync/witness-book.ts';
import { auditVerifier } from './training-proof/audit-evidence.ts';
import { VotingRecord } from './voting-record.ts';

/** What a participant reads back from its store. */
export type Memory = {
  readonly log: RoundLog;
  readonly epochs: Epochs;
  readonly votes: VotingRecord;
  readonly witness: WitnessBook;
  /** Everybody's standing after the last round; undefined where the store lacks it. */
  readonly standing: StandingTable | undefined;
  /** What it said in the round in progress. */
  readonly said: readonly Sealed[];
  readonly evidence: EvidenceBook;
  /** How far it was in that round. */
  readonly resumed: Resumed;
};

/** @throws what `RoundLog.open` throws, and the store. */
export async function readMemory(
  options: ParticipantOptions,
  { store, signer, clock, auditedStep }: Collaborators,
  observer: ParticipantObserver,
): Promise<Memory> {
  const log = await RoundLog.open(store, options.genesis, signer);
  const first = { committee: options.committee, roster: createRoster(options.committee, options.roster) };
  const { committee: terms } = options.parameters;
  const epochs = await Epochs.open(store, first, terms?.epochRounds, log.head.round + 1);
  const votes = await VotingRecord.open(store, signer, options.network, options.restored === true);
  const said = await votes.of(log.head.round + 1);
  const lock = await store.get(roundKey('lock', log.head.round + 1));
  const witness = await WitnessBook.open(store, clock, (error) => observer.onError?.(error));
  const resumed = {
    view: Math.max(0, ...said.map(({ envelope }) => envelope.view)),
    prepared: lastPrepare(said),
    rolls: await preparedRolls(store, log.head.round + 1),
    lock: lock === undefined ? null : (decodeCanonical(lock) as Lock),
  };
  const evidence = await EvidenceBook.open(store, evidenceContext(options, epochs, log, auditedStep));
  return {
    log,
    epochs,
    votes,
    witness,
    evidence,
    standing: await storedStanding(store, log.head),
    said,
    resumed,
  };
}

async function preparedRolls(store: KeyValueStore, round: number): Promise<Roll[]> {
  const rolls: Roll[] = [];
  for await (const [, bytes] of store.entries(preparedRollKey(round))) rolls.push(decodeRoll(bytes));
  return rolls;
}

function lastPrepare(said: readonly Sealed[]): Received<'prepare'> | undefined {
  const prepares = said
    .filter(({ envelope }) => envelope.type === 'prepare')
    .map(readMessage) as Received<'prepare'>[];
  return prepares.sort((a, b) => b.view - a.view)[0];
}

/** What proofs are held against: the present roster, whoever of it was there before, and the committee of the round. */
function evidenceContext(
  { network, parameters, size }: ParticipantOptions,
  epochs: Epochs,
  log: RoundLog,
  stepOf: Collaborators['auditedStep'],
): EvidenceContext {
  const verifyAudit = auditVerifier({ network, parameters, size, log, stepOf });
  return {
    network,
    parameters,
    isRegistered: (node) => epochs.current.roster.places.has(node),
    committeeAt: (round) => epochs.at(round)?.committee,
    ...(verifyAudit === undefined ? {} : { verifyAudit }),
  };
}
