import type { StoreOperation } from '../protocol/store.ts';
import type { Blobs } from './blobs.ts';
import type { Collaborators, ParticipantOptions } from './collaborators.ts';
import type { Head } from './entry.ts';
import type { RoundLog } from './log.ts';
import { transcriptKey } from './transcript.ts';
import type { VotingRecord } from './voting-record.ts';

export type RetentionParts = {
  readonly options: Pick<ParticipantOptions, 'parameters' | 'archive'>;
  readonly collaborators: Pick<Collaborators, 'keptModels'>;
  readonly log: RoundLog;
  readonly votes: VotingRecord;
  readonly blobs: Blobs;
};

/** What a node forgets as rounds end: the writes go with the certificate that ends them. */
export class Retention {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /**
   * The writes that a decided round brings: this node's words in it, and all of a round that passes out of retention
   * but the model and the state that the oldest retained round builds on, and the models that are kept.
   *
   * @param newest the last round that is decided with it, with its model and state.
   */
  async over(
    round: number,
    newest: Pick<Head, 'round' | 'modelDigest' | 'stateDigest' | 'standing'>,
  ): Promise<StoreOperation[]> {
    const { options, collaborators, log, votes, blobs } = this.#parts;
    const operations = await votes.forgetting(round);
    const old = round - options.parameters.retention.rounds;
    if (old <= 0 || options.archive === true) return operations;
    const last = log.head.round === old ? log.head : (await log.get(old))?.entry;
    const kept = [newest, ...(last === undefined ? [] : [last])];
    // Older tables of standing follow from the rolls.
    const keep = new Set([
      ...kept.flatMap((at) => [at.modelDigest, at.stateDigest]),
      ...(collaborators.keptModels?.() ?? []),
      newest.standing,
    ]);
    const forgotten = await blobs.forgetting(old, keep, newest.round);
    return [...operations, ...forgotten, { type: 'delete', key: transcriptKey(old) }];
  }
}
