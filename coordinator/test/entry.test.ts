import { expect } from 'chai';
import { combinedPrivacy, decisionOf, entryDigest, genesisHead, headAfter, withOutcome } from '../entry.ts';
import { updatesOf } from '../roll.ts';
import { NO_STATE } from '../round-aggregator.ts';
import { digest, entryOf, NETWORK, rollOfMembers } from './support.ts';

describe('round entry', () => {
  it('comes back from another outcome and its own', () => {
    const accepted = entryOf();
    const rejected = withOutcome(accepted, 'rejected');
    expect(withOutcome(rejected, 'accepted')).to.deep.equal(accepted);
    expect(withOutcome(accepted, 'accepted')).to.deep.equal(accepted);
    expect(rejected.version).to.equal(accepted.baseVersion);
    expect(rejected.modelDigest).to.equal(accepted.baseDigest);
    expect(rejected.stateDigest).to.equal(accepted.baseState).and.not.equal(accepted.stateDigest);
    expect(rejected.candidateDigest).to.equal(accepted.candidateDigest);
  });

  it('has a digest of every field', () => {
    const entry = entryOf();
    const changes: Parameters<typeof entryOf>[0][] = [
      { round: 2 },
      { epoch: 1 },
      { parent: digest(1) },
      { beacon: digest(1) },
      { finalized: 7 },
      { nextBeaconHeight: 10 },
      { baseVersion: 4 },
      { baseDigest: digest(1) },
      { baseState: digest(1) },
      { stateDigest: digest(1) },
      { candidateState: digest(1) },
      { outcome: 'aborted' },
      { reason: 'other' },
      { version: 7 },
      { modelDigest: digest(1) },
      { candidateDigest: digest(1) },
      { updates: updatesOf(rollOfMembers([1])) },
      { standing: digest(1) },
      { offences: [{ node: 'x', kind: 'X', evidence: digest(1) }] },
      { nextCommittee: digest(1) },
      { privacy: { ...entry.privacy, epsilon: null } },
    ];
    const digests = [entry, ...changes.map(entryOf)].map(entryDigest);
    expect(new Set(digests).size).to.equal(Object.keys(entry).length + 1);
    expect(entryDigest({ ...entry })).to.equal(entryDigest(entry));
  });

  it('is what the next head links to and what a commit signs', () => {
    const entry = entryOf();
    expect(headAfter(entry)).to.deep.equal({
      round: 1,
      entry: entryDigest(entry),
      version: 1,
      modelDigest: entry.modelDigest,
      stateDigest: entry.stateDigest,
      standing: entry.standing,
      nextBeaconHeight: 9,
    });
    expect(decisionOf(NETWORK, entry, 4)).to.deep.equal({
      network: NETWORK,
      epoch: 0,
      round: 1,
      view: 4,
      outcome: 'accepted',
      version: 1,
      modelDigest: entry.modelDigest,
      entryDigest: entryDigest(entry),
    });
    expect(genesisHead(NETWORK, digest(1), 1, NO_STATE).entry).to.not.equal(
      genesisHead(NETWORK, digest(2), 1, NO_STATE).entry,
    );
  });

  it('states the largest ε of its contributors, and none where one has none', () => {
    const agreed = { unit: 'record', relation: 'replace', delta: 1e-6 } as const;
    const of = (...epsilons: (number | null)[]) =>
      combinedPrivacy(
        epsilons.map((epsilon) => ({ unit: 'none', relation: 'add-remove', delta: 0, epsilon })),
        agreed,
      );
    expect(of(1, 3, 2)).to.deep.equal({ ...agreed, epsilon: 3 });
    expect(of(1, null, 2)).to.deep.equal({ ...agreed, epsilon: null });
    expect(of()).to.deep.equal({ ...agreed, epsilon: 0 });
  });
});
