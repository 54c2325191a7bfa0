/** What a code of refusal means, and what the owner of the refused message does about it. */
export type Refusal = { readonly meaning: string; readonly remedy: string };

const NOTHING = 'nothing: it is in the course of things';
const UPGRADE = 'run the release that the network runs';
const REPORT = 'report it with the message: an honest node does not send this';

/**
 * Every code with which a message or an update is refused, or a node stays silent. An owner reads the codes of its own
 * update in the roll of the round, which its node tells; the table is in docs/refusals.md.
 */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  AUDIT_COMMITMENT: {
    meaning: 'an opened step of the training is not the one that was committed to',
    remedy: 'keep the release and its engine the same from one round to the next',
  },
  AUDIT_MISSING: {
    meaning: 'the node does not open the challenged steps of its last training',
    remedy: 'see that peers reach this node, and that its log is whole',
  },
  AUDIT_OPENING: { meaning: 'the opened steps of a training do not decode', remedy: UPGRADE },
  AUDIT_PLACES: { meaning: 'other steps are opened than those that were challenged', remedy: UPGRADE },
  AUDIT_START: {
    meaning: 'the audited steps began at another version, or in another round',
    remedy: UPGRADE,
  },
  AUDIT_STEP: {
    meaning: 'a step of the training, executed again, leads elsewhere',
    remedy: 'use the public feed that the network publishes, and the release that it runs',
  },
  BODY_MISSING: {
    meaning: 'a body that this node held is gone from its store',
    remedy: 'look after the disk; the next round goes on without it',
  },
  BODY_NOT_SERVED: {
    meaning: 'F+1 members did not get the body of the update in time',
    remedy:
      'see that peers reach this node’s address, and that its upload takes the model within the fetch time',
  },
  CHECKPOINT_UNCERTIFIED: {
    meaning: 'a peer’s newest round has no valid certificate',
    remedy: NOTHING,
  },
  COMMIT_SIGNATURE: {
    meaning: 'the chain would not verify the signature of a commit vote',
    remedy: 'see that the node signs with the key that is registered as its signer',
  },
  COMPRESSED_LIMIT: { meaning: 'a compressed body is larger than one can be', remedy: UPGRADE },
  COMPRESSED_MALFORMED: { meaning: 'a compressed body does not decode', remedy: UPGRADE },
  COMPRESSED_NOT_CANONICAL: {
    meaning: 'a compressed body has another encoding than its own',
    remedy: UPGRADE,
  },
  COMPRESSED_SEED: { meaning: 'a compressed body draws its coordinates from no seed', remedy: UPGRADE },
  COMPRESSED_SIZE: { meaning: 'a compressed body is of another length', remedy: UPGRADE },

  EVIDENCE_AHEAD: {
    meaning: 'a proof of a round that this node has not decided yet',
    remedy: 'none: its leader serves the proof again when it is due',
  },
  EVIDENCE_INVALID: { meaning: 'a proof does not hold', remedy: REPORT },
  HANDOVER_SIGNATURE: {
    meaning: 'the chain would not verify the signature of a hand-over',
    remedy: 'see that the node signs with the key that is registered as its signer',
  },
  LEDGER_BEHIND: {
    meaning: 'peers hold releases of this node that its privacy ledger does not have',
    remedy: 'wait, or restore a newer backup; the node does not train meanwhile',
  },
  LEDGER_UNCONFIRMED: {
    meaning: 'too few peers have said what they hold of this node’s ledger',
    remedy: 'wait until peers answer',
  },
  MESSAGE_BAD_SIGNATURE: { meaning: 'the signature is not the sender’s', remedy: REPORT },
  MESSAGE_EQUIVOCATION: {
    meaning: 'a second, different message of the sender for one place',
    remedy: 'never run one key twice; the first message counts',
  },
  MESSAGE_EXPIRED: { meaning: 'the message is older than it may be', remedy: 'see that the clock is right' },
  MESSAGE_FROM_FUTURE: {
    meaning: 'its time is more than a minute ahead',
    remedy: 'see that the clock is right',
  },
  MESSAGE_FUTURE_ROUND: {
    meaning: 'it is of a round that this node has not reached',
    remedy: NOTHING,
  },
  MESSAGE_FUTURE_VIEW: { meaning: 'it is of a view far ahead', remedy: NOTHING },
  MESSAGE_MALFORMED: { meaning: 'the bytes are no message', remedy: UPGRADE },
  MESSAGE_NOT_MEMBER: {
    meaning: 'the sender has no part in this epoch',
    remedy: 'register the node, and wait for the next epoch',
  },
  MESSAGE_NOT_ITS_OWN: {
    meaning: 'a vote came from another peer than the one that signed it',
    remedy: REPORT,
  },
  MESSAGE_OWN: { meaning: 'this node said it', remedy: NOTHING },
  MESSAGE_OTHER_EPOCH: {
    meaning: 'the message belongs to an epoch whose committee is not known here yet',
    remedy: NOTHING,
  },
  MESSAGE_PAST_ROUND: { meaning: 'its round is over', remedy: NOTHING },
  MESSAGE_PAYLOAD: { meaning: 'a field has another form', remedy: UPGRADE },
  MESSAGE_QUOTA: {
    meaning: 'more messages for one round than the sender’s tier may send',
    remedy: 'see that the key runs once; the quota is anew in the next round',
  },
  MESSAGE_TOO_LARGE: { meaning: 'it is longer than 1 MiB', remedy: UPGRADE },
  MESSAGE_TOO_OFTEN: { meaning: 'said more often than is heard', remedy: 'see that the key runs once' },
  MESSAGE_WRONG_NETWORK: {
    meaning: 'it belongs to another network',
    remedy: 'compare the network id of both nodes’ network.json',
  },
  MESSAGE_WRONG_ROUND: { meaning: 'its round is 10,000 or more ahead', remedy: REPORT },
  MESSAGE_WRONG_VIEW: { meaning: 'no round has that view', remedy: REPORT },
  MESSAGE_WRONG_TOPIC: { meaning: 'it came by another way than messages of its kind do', remedy: UPGRADE },
  NODE_CANARY: {
    meaning: 'the first valid update after a quarantine: checked, and without weight',
    remedy: 'nothing: from the next round on the weight returns by 25, 50 and 100 %',
  },
  NODE_QUARANTINED: {
    meaning: 'the node is in quarantine: its header is not sealed',
    remedy: 'find in its standing until when, and mend what led to it; the next valid update ends it',
  },
  OFFENCE_PROVEN: {
    meaning: 'a proof shows that the node broke a rule; its kind is told with it',
    remedy: 'never run one key twice: stop the copy, and restore from a backup as docs/operating.md says',
  },
  PRIVACY_BUDGET_EXCEEDED: {
    meaning: 'the privacy ledger has no room for another release',
    remedy: 'nothing brings it back; see docs/privacy.md',
  },
  PROPOSAL_LOCK_BROKEN: { meaning: 'a leader proposes another entry than a quorum prepared', remedy: REPORT },
  PROPOSAL_NOT_LEADER: { meaning: 'the sender does not lead the view', remedy: NOTHING },
  PROPOSAL_EVIDENCE: {
    meaning: 'the leader did not serve a message that its proposal rests on',
    remedy: REPORT,
  },
  PROPOSAL_OFFENCES: { meaning: 'a leader names an offence that is not due', remedy: REPORT },
  PROPOSAL_UNSUPPORTED: { meaning: 'the evidence of a proposal does not carry it', remedy: REPORT },
  RECOMMENDATION_SIGNATURE: {
    meaning: 'the chain would not verify the signature of a recommendation',
    remedy: 'see that the node signs with the key that is registered as its signer',
  },
  RESTORE_UNCONFIRMED: {
    meaning: 'a restored node waits for what its peers know of it',
    remedy: 'wait until a quorum answers',
  },
  ROUND_OVER: { meaning: 'the round was decided before the message was signed', remedy: NOTHING },
  UPDATE_DUPLICATE: {
    meaning: 'the update has the very numbers of another node’s',
    remedy: 'train each node on data and noise of its own',
  },
  UPDATE_KEPT: {
    meaning: 'a compressed update keeps more coordinates than the network lets it',
    remedy: UPGRADE,
  },
  UPDATE_NORM: {
    meaning: 'the update is longer than the clip norm allows',
    remedy: 'clip before the release; an unchanged node does',
  },
  UPDATE_NORM_CLASS: {
    meaning: 'the update has another norm class than its header says',
    remedy: 'report it: header and body are made together',
  },
  UPDATE_NOT_SELECTED: {
    meaning: 'the beacon did not choose the node for this round',
    remedy: NOTHING,
  },
  UPDATE_OWNER: { meaning: 'the body is another node’s', remedy: 'send an update of its own' },
  UPDATE_PRIVACY_BUDGET: {
    meaning: 'the header states more ε than the network’s budget, or none',
    remedy: 'the node must not train any more; see its privacy ledger',
  },
  UPDATE_PRIVACY_TERMS: {
    meaning: 'the header states another unit, relation or δ than the network’s',
    remedy: 'use the network’s own document',
  },
  UPDATE_SIZE: { meaning: 'the update has another length than the model', remedy: UPGRADE },
  UPDATE_STALE_BASE: {
    meaning: 'it was trained on another version than the last certified one',
    remedy: 'nothing: the node catches up and trains on the newest',
  },
  UPDATE_TRAJECTORY: {
    meaning: 'the header commits to no audited steps where the network audits, or to some where it does not',
    remedy: 'use the network’s own document',
  },
  UPDATE_UNHEARD: {
    meaning:
      'fewer than F+1 members reported the header in time: they refused it at the door, or did not hear it',
    remedy:
      'see that the clock is right and that peers reach this node; a peer’s log has the code of its own refusal',
  },
  UPDATE_WRONG_LAYOUT: {
    meaning: 'it was made for a model of other tensors',
    remedy: 'use the model that the network document names',
  },
  VECTOR_LENGTH: { meaning: 'a vector has another length than its layout', remedy: UPGRADE },
  VECTOR_NOT_FINITE: { meaning: 'a vector holds a number that is none', remedy: REPORT },
  VIEW_CHANGE_UNSOUND: { meaning: 'a view change names a lock that no quorum prepared', remedy: REPORT },
  VOTES_BEHIND: {
    meaning: 'peers hold votes that this node’s store does not have',
    remedy: 'wait until the round that it names is over',
  },
};

/** A code in words; one that nobody has listed is named alone. */
export function refusalText(code: string): string {
  const refusal = REFUSALS[code];
  return refusal === undefined ? code : `${code}: ${refusal.meaning}; ${refusal.remedy}`;
}
