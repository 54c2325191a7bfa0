import { expect } from 'chai';
import type { Decided, Roll } from '../../../coordinator/index.ts';
import type { RoundEntry } from '../../../protocol/messages.ts';
import { toDecidedEvent } from '../decided-event.ts';

const digest = (n: number) => n.toString(16).padStart(64, '0');
const ROLL: Roll = [
  { node: 'a', digest: digest(11), fate: 'selected' },
  { node: 'b', digest: digest(12), fate: 'selected' },
  { node: 'c', digest: digest(13), fate: 'accepted' },
  { node: 'd', digest: digest(14), fate: 'UPDATE_NORM' },
];

const entry = (fields: Partial<RoundEntry> = {}): RoundEntry => ({
  round: 3,
  epoch: 0,
  parent: digest(1),
  beacon: digest(2),
  finalized: 37,
  nextBeaconHeight: 40,
  baseVersion: 1,
  baseDigest: digest(3),
  baseState: digest(5),
  updates: { root: digest(6), sealed: 4, accepted: 3, selected: 2 },
  standing: digest(7),
  offences: [],
  nextCommittee: null,
  outcome: 'accepted',
  reason: '',
  version: 2,
  modelDigest: digest(4),
  stateDigest: digest(5),
  candidateDigest: digest(4),
  candidateState: digest(5),
  privacy: { unit: 'record', relation: 'add-remove', epsilon: 1, delta: 1e-5 },
  ...fields,
});

const decided = (
  fields: Partial<RoundEntry>,
  candidate: Decided['candidate'],
  roll: Roll = ROLL,
): Decided => ({
  certificate: { entry: entry(fields), view: 1, signatures: [] },
  roll,
  standing: undefined,
  leader: 'b',
  candidate,
});

const ruled: Decided['candidate'] = {
  weights: Float64Array.of(0),
  state: { step: 0, vectors: {} },
  candidateDigest: digest(4),
  candidateState: digest(5),
  selected: ['a', 'b'],
  leftOut: [{ node: 'c', reason: 'score 9 ranks 3 of 3' }],
};

describe('decided event', () => {
  it('names everyone who was sealed and has no weight, with the reason that is known', () => {
    const event = toDecidedEvent(decided({}, ruled), undefined);
    expect(event.leftOut).to.deep.equal([
      { node: 'd', reason: 'UPDATE_NORM' },
      { node: 'c', reason: 'score 9 ranks 3 of 3' },
    ]);
    expect(event).to.deep.include({
      event: 'decided',
      round: 3,
      view: 1,
      leader: 'b',
      sealed: 4,
      selected: ['a', 'b'],
      recomputed: true,
      heldDigest: null,
      heldOut: null,
    });
    expect(event.selected.length + event.leftOut.length).to.equal(event.sealed);
  });

  it('says so where this node has the certificate alone', () => {
    const event = toDecidedEvent(decided({}, undefined), undefined);
    expect(event.recomputed).to.equal(false);
    expect(event.leftOut).to.deep.include({ node: 'c', reason: 'no weight under the rule' });
  });

  it('blames nobody for a round that was aborted', () => {
    const event = toDecidedEvent(
      decided({ outcome: 'aborted', reason: 'too few updates' }, undefined, ROLL.slice(2, 3)),
      undefined,
    );
    expect(event.leftOut).to.deep.equal([]);
    expect(event).to.include({ outcome: 'aborted', reason: 'too few updates', recomputed: true });
  });

  it('carries the held-out loss and its baselines, and nothing more of the report', () => {
    const report = {
      examples: 10,
      loss: 1.5,
      baselineLoss: { B0: 1, B2: 2, B3: 3 },
      skill: { B0: 0, B2: 0, B3: 0 },
      coverage: 0.8,
    } as unknown as NonNullable<Parameters<typeof toDecidedEvent>[1]>['heldOut'];
    expect(toDecidedEvent(decided({}, ruled), { digest: digest(4), heldOut: report }).heldOut).to.deep.equal({
      examples: 10,
      loss: 1.5,
      baselines: { B0: 1, B2: 2, B3: 3 },
    });
  });

  it('survives its way through a line of JSON', () => {
    const event = toDecidedEvent(decided({}, ruled), undefined);
    expect(JSON.parse(JSON.stringify(event))).to.deep.equal(event);
  });
});
