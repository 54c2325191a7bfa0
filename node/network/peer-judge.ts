import type { NodeId } from '../../protocol/ids.ts';
import type { PeerScores } from './peer-scores.ts';
import type { Refusal } from './types.ts';

export type PeerJudgeCollaborators = {
  readonly scores: PeerScores;
  readonly onRefused: (refusal: Refusal) => void;
  /** A fault of this node: a reporter that threw. */
  readonly onError: (error: unknown, where: string) => void;
  /** Ends what there is with a peer whose score has fallen too low. */
  readonly cut: (peer: NodeId) => void;
};

/** Counts what peers do wrong, tells of it, and parts from those who did too much. */
export class PeerJudge {
  readonly #with: PeerJudgeCollaborators;

  constructor(collaborators: PeerJudgeCollaborators) {
    this.#with = collaborators;
  }

  /** @param penalty ≥ 0, taken off the peer's score; where it is 0 the peer stays. */
  refuse(refusal: Omit<Refusal, 'score'>, penalty: number): void {
    const { scores, onRefused, onError, cut } = this.#with;
    const score = scores.refuse(refusal.peer, refusal.code, penalty);
    try {
      onRefused({ ...refusal, score });
    } catch (error) {
      try {
        onError(error, refusal.topic);
      } catch {
        // A reporter that fails has nobody left to tell.
      }
    }
    if (penalty > 0 && scores.standing(refusal.peer) !== 'good') cut(refusal.peer);
  }
}
