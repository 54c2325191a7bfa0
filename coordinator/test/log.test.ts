import { expect } from 'chai';
import { encodeCanonical } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type Head, headAfter } from '../entry.ts';
import { roundKey } from '../keys.ts';
import { RoundLog } from '../log.ts';
import type { LoggedRound } from '../logged-round.ts';
import { encodeRoll, rollKey, updatesOf } from '../roll.ts';
import { entryOf, GENESIS, rollOfMembers, TestStore } from './support.ts';

const ROLL = rollOfMembers([0, 1, 2], { 1: 'accepted', 2: 'UPDATE_NORM' });

function roundAfter(head: Head, reason = ''): LoggedRound {
  const entry = entryOf({
    round: head.round + 1,
    parent: head.entry,
    baseVersion: head.version,
    reason,
    updates: updatesOf(ROLL),
  });
  const certificate = { entry, view: 0, signatures: [{ index: 0, signature: new Uint8Array(65) }] };
  return { certificate, roll: ROLL };
}

async function filled(rounds: number): Promise<{ store: TestStore; log: RoundLog }> {
  const store = new TestStore();
  const log = await RoundLog.open(store, GENESIS);
  for (let i = 0; i < rounds; i++) await log.append(roundAfter(log.head));
  return { store, log };
}

async function openError(store: TestStore): Promise<BallastError> {
  const error = await RoundLog.open(store, GENESIS).catch((thrown: unknown) => thrown);
  if (error instanceof BallastError) return error;
  throw new Error(`expected a BallastError, got ${String(error)}`);
}

describe('round log', () => {
  it('begins at genesis and stands where it stood after a restart', async () => {
    const { store, log } = await filled(12);
    expect((await RoundLog.open(new TestStore(), GENESIS)).head).to.deep.equal(GENESIS);
    const reopened = await RoundLog.open(store.survivor(), GENESIS);
    expect(reopened.head).to.deep.equal(log.head);
    expect(reopened.head.round).to.equal(12);
    expect(await reopened.get(12)).to.deep.equal(await log.get(12));
    expect(await reopened.get(13)).to.equal(undefined);
    expect(await reopened.roll(12)).to.deep.equal(ROLL);
    expect(await reopened.roll(13)).to.equal(undefined);
  });

  it('knows a roll that another was put in place of, and one that was never taken', async () => {
    const { store, log } = await filled(2);
    await store.write([{ type: 'put', key: rollKey(1), value: encodeRoll(ROLL.slice(1)) }]);
    expect((await log.roll(1).catch((error: unknown) => error)) as Error).to.have.property(
      'code',
      'ROLL_MISMATCH',
    );
    await log.append({ ...roundAfter(log.head), roll: undefined });
    expect([log.head.round, await log.roll(3)]).to.deep.equal([3, undefined]);
  });

  it('has the last roll at hand, and reads one that it could not open again', async () => {
    const { store, log } = await filled(2);
    const damaged = encodeRoll(ROLL.slice(1));
    await store.write([
      { type: 'put', key: rollKey(1), value: damaged },
      { type: 'put', key: rollKey(2), value: damaged },
    ]);
    expect(await log.roll(2)).to.equal(ROLL);
    const codeOf = ({ code }: BallastError) => code;
    expect(await log.roll(1).catch(codeOf)).to.equal('ROLL_MISMATCH');
    await store.write([{ type: 'put', key: rollKey(1), value: encodeRoll(ROLL) }]);
    const read = await log.roll(1);
    expect(read).to.deep.equal(ROLL);
    expect(await log.roll(1)).to.equal(read);
    expect(await log.roll(2).catch(codeOf)).to.equal('ROLL_MISMATCH');
    expect(await log.roll(3)).to.equal(undefined);
    await log.append(roundAfter(log.head));
    expect(await log.roll(3)).to.equal(ROLL);
  });

  it('names the first round whose link is broken', async () => {
    const { store, log } = await filled(6);
    const third = await log.get(3);
    const other = await RoundLog.open(
      new TestStore(),
      third === undefined ? GENESIS : headAfter(third.entry),
    );
    const strange = roundAfter({ ...other.head, entry: GENESIS.entry });
    await log.append(strange);
    const error = await openError(store.survivor());
    expect([error.code, error.metadata.round]).to.deep.equal(['LOG_BROKEN', 4]);
    expect(error.message).to.include('round 4');
    expect(error.hint).to.be.a('string');
  });

  it('names a changed entry by the round after it, and a missing round by the next', async () => {
    const changed = await filled(3);
    const second = await changed.log.get(1);
    await changed.log.append(roundAfter(second === undefined ? GENESIS : headAfter(second.entry), 'changed'));
    expect((await openError(changed.store)).metadata.round).to.equal(3);

    const missing = await filled(3);
    missing.store.durable.delete('log/0000000000000002');
    expect((await openError(missing.store)).metadata.round).to.equal(3);
  });

  it('refuses a log of another genesis', async () => {
    const { store } = await filled(1);
    const error = await RoundLog.open(store, { ...GENESIS, entry: 'ff'.repeat(32) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(BallastError).with.property('code', 'LOG_BROKEN');
  });

  it('refuses entries of an earlier release, which list their updates', async () => {
    const { store, log } = await filled(2);
    const { updates: _, ...entry } = entryOf({ round: 3, parent: log.head.entry });
    await store.write([
      { type: 'put', key: roundKey('log', 3), value: encodeCanonical({ entry, view: 0, signatures: [] }) },
    ]);
    const error = await openError(store.survivor());
    expect([error.code, error.metadata.round]).to.deep.equal(['LOG_OUTDATED', 3]);
  });

  it('has not moved before the disk has the entry, and moves together with what comes along', async () => {
    const { store, log } = await filled(1);
    store.held = [];
    const appending = log.append(roundAfter(log.head), [
      { type: 'put', key: 'along', value: Uint8Array.of(1) },
    ]);
    await new Promise(setImmediate);
    expect([log.head.round, store.held.length]).to.deep.equal([1, 1]);
    expect((await RoundLog.open(store.survivor(), GENESIS)).head.round).to.equal(1);
    for (const apply of store.held) apply();
    await appending;
    expect([log.head.round, store.durable.has('along')]).to.deep.equal([2, true]);
  });
});
