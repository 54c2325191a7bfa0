import { expect } from 'chai';
import fc from 'fast-check';
import { hasBlsKeys, nodesOf } from '../committee.ts';
import { decodeEpoch, encodeEpoch, epochDigest } from '../committee-record.ts';
import { Epochs } from '../epochs.ts';
import { epochOfRound, isLastOfEpoch, lastRoundOf, nextEpoch, type Registrant } from '../next-epoch.ts';
import { createRoster } from '../roster.ts';
import { GENESIS_STANDING } from '../standing/index.ts';
import { committeeOf, digest, PARAMETERS, signerOf, TestStore } from './support.ts';

const TERMS = { epochRounds: 3, corruptShare: 0.15 };
const committee = committeeOf(4);
const current = { committee, roster: createRoster(committee) };
const registrants = (count: number, fields: (i: number) => Partial<Registrant> = () => ({})): Registrant[] =>
  Array.from({ length: count }, (_, i) => ({
    node: signerOf(i).nodeId,
    signer: `0x${i.toString(16).padStart(40, '0')}` as const,
    stake: 1n,
    ...fields(i),
  }));
const next = (registry: readonly Registrant[]) =>
  nextEpoch(TERMS, current, digest('beacon'), registry, GENESIS_STANDING);

describe('epochs', () => {
  it('have so many rounds each, from round 1 on', () => {
    expect([1, 3, 4, 6, 7].map((round) => epochOfRound(3, round))).to.deep.equal([0, 0, 1, 1, 2]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(1_000), (rounds, epoch) => {
        const last = lastRoundOf(rounds, epoch);
        expect([epochOfRound(rounds, last), epochOfRound(rounds, last + 1)]).to.deep.equal([
          epoch,
          epoch + 1,
        ]);
        expect(isLastOfEpoch({ committee: { ...TERMS, epochRounds: rounds } }, last)).to.equal(true);
        expect(isLastOfEpoch({ ...PARAMETERS }, last)).to.equal(false);
      }),
      { numRuns: 50, seed: 8 },
    );
  });

  it('have everybody up to forty in the committee, and beyond that a draw and contributors', () => {
    const small = next(registrants(9));
    expect(small.committee.epoch).to.equal(1);
    expect(nodesOf(small.committee)).to.have.length(9);
    const large = next(registrants(120));
    expect(large.roster.nodes).to.have.length(120);
    expect(nodesOf(large.committee).length).to.be.within(40, 119);
    expect(epochDigest(large)).to.equal(epochDigest(next(registrants(120).toReversed())));
    expect(decodeEpoch(encodeEpoch(large), 1)).to.deep.equal(large);
  });

  it('keep everybody where the registry gives no committee', () => {
    const stayed = next(registrants(3));
    expect(stayed.committee.members).to.deep.equal(committee.members);
    expect([stayed.committee.epoch, stayed.roster]).to.deep.equal([1, current.roster]);
  });

  it('take a node and a signer once, and vote with BLS keys only in a large committee in which all have them', () => {
    const [first] = registrants(1);
    const doubled = next([...registrants(5), { ...(first as Registrant), stake: 0n }]);
    expect(doubled.roster.nodes).to.have.length(5);
    const key = (i: number) => ({ blsKey: i.toString(16).padStart(96, '0') });
    expect(hasBlsKeys(next(registrants(20, key)).committee)).to.equal(false);
    expect(hasBlsKeys(next(registrants(120, key)).committee)).to.equal(true);
    const all = next(registrants(120)).committee;
    const lacking = new Set(nodesOf(all).slice(0, 1));
    const most = registrants(120, (i) => (lacking.has(signerOf(i).nodeId) ? {} : key(i)));
    expect(hasBlsKeys(next(most).committee)).to.equal(false);
  });

  it('are known by hand-over alone: what a node has drawn itself verifies nothing', async () => {
    const epochs = Epochs.starting(current, 3);
    const second = next(registrants(7));
    expect(epochs.at(4)).to.equal(undefined);
    epochs.expect(second);
    expect([epochs.at(4), epochs.of(1), epochs.record(epochDigest(second))]).to.deep.equal([
      second,
      undefined,
      undefined,
    ]);
    epochs.enter(second);
    expect(epochs.current).to.equal(second);
    const store = new TestStore();
    await store.write(epochs.unsaved());
    const again = await Epochs.open(store, current, 3, 5);
    expect(again.current).to.deep.equal(second);
    expect(again.record(epochDigest(second))).to.deep.equal(encodeEpoch(second));
    const unknown = await Epochs.open(store, current, 3, 7).catch((error: unknown) => error);
    expect(unknown).to.have.property('code', 'COMMITTEE_UNKNOWN');
  });
});
