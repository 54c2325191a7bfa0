import { expect } from 'chai';
import { MemoryStore } from '../../../privacy/test/support.ts';
import type { NodeEvent } from '../events.ts';
import { NOTE_LIMITS, RoundNotes } from '../round-notes.ts';

const PRIVACY = { unit: 'none', relation: 'replace', epsilon: null, delta: 0 } as const;

const decided = (
  round: number,
  leftOut: Extract<NodeEvent, { event: 'decided' }>['leftOut'],
  recomputed = true,
): NodeEvent => ({
  event: 'decided',
  round,
  view: 0,
  leader: null,
  outcome: 'accepted',
  reason: '',
  version: round,
  modelDigest: 'aa',
  sealed: 3,
  accepted: 2,
  selected: [],
  leftOut,
  privacy: PRIVACY,
  recomputed,
  heldDigest: null,
  heldOut: null,
});

const recommended = (round: number, explanation: string): NodeEvent => ({
  event: 'recommended',
  round,
  current: '1',
  value: '2',
  wish: '2',
  heldBy: [],
  explanation,
});

describe('notes of decided rounds', () => {
  it('are there again when the store is opened again', async () => {
    const store = new MemoryStore();
    const notes = new RoundNotes(store);
    await notes.take(decided(7, [{ node: 'a', reason: 'score 0.9 ranks 7 of 7' }]));
    await notes.take(recommended(7, 'the fee rises'));
    await notes.take({ event: 'finished', round: 7 });
    const again = new RoundNotes(store);
    expect([...((await again.leftOut(7)) ?? [])]).to.deep.equal([['a', 'score 0.9 ranks 7 of 7']]);
    expect(await again.leftOut(8)).to.equal(undefined);
    expect(await again.explanations()).to.deep.equal(['the fee rises']);
    expect(store.entriesByKey.size).to.equal(2);
  });

  it('are not written over by who hears of a round again without its updates', async () => {
    const notes = new RoundNotes(new MemoryStore());
    await notes.take(decided(7, [{ node: 'a', reason: 'score 0.9 ranks 7 of 7' }]));
    await notes.take(decided(7, [{ node: 'a', reason: 'no weight under the rule' }], false));
    expect((await notes.leftOut(7))?.get('a')).to.equal('score 0.9 ranks 7 of 7');
    await notes.take(decided(8, [{ node: 'a', reason: 'no weight under the rule' }], false));
    expect((await notes.leftOut(8))?.get('a')).to.equal('no weight under the rule');
  });

  it('are of the last rounds alone, also after a gap, and of bounded nodes and words', async () => {
    const store = new MemoryStore();
    const notes = new RoundNotes(store);
    const rounds = NOTE_LIMITS.recommendations + 20;
    for (let round = 1; round <= rounds; round++) {
      await notes.take(decided(round, [{ node: 'a', reason: 'x' }]));
      await notes.take(recommended(round, `text ${round}`));
    }
    expect(store.entriesByKey.size).to.equal(NOTE_LIMITS.rounds + NOTE_LIMITS.recommendations);
    expect(await notes.leftOut(rounds - NOTE_LIMITS.rounds)).to.equal(undefined);
    expect(await notes.leftOut(rounds - NOTE_LIMITS.rounds + 1)).not.to.equal(undefined);
    expect((await notes.explanations()).at(-1)).to.equal(`text ${rounds}`);

    const crowd = Array.from({ length: 2_000 }, (_, i) => ({ node: `n${i}`, reason: 'y'.repeat(5_000) }));
    await notes.take(decided(10_000, crowd));
    const kept = await notes.leftOut(10_000);
    expect(kept?.size).to.equal(NOTE_LIMITS.nodes);
    expect(kept?.get('n0')).to.have.length(NOTE_LIMITS.characters);
    expect(await notes.leftOut(rounds)).to.equal(undefined);
    await notes.take(recommended(10_000, 'z'.repeat(NOTE_LIMITS.explanationCharacters + 1)));
    expect((await notes.explanations()).at(-1)).to.equal(`text ${rounds}`);
  });
});
