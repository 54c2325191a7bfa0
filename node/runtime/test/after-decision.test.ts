import { expect } from 'chai';
import type { Certificate, Participant } from '../../../coordinator/index.ts';
import { BallastError } from '../../../protocol/errors.ts';
import { AfterDecision, type AfterDecisionCollaborators } from '../after-decision.ts';
import type { NodeEvent } from '../events.ts';

const BEACON = '00'.repeat(32);

/**
 * Three certified versions, and a chain that does with each publication what the test says; after the one of round
 * `last` an epoch ends.
 */
function bench(publish: (version: number) => Promise<string | null>, last?: number, self = 'a') {
  const told: NodeEvent[] = [];
  const sent: (number | 'rotation')[] = [];
  const stopping = new AbortController();
  const chain = { version: 0, epoch: 0 };
  const certificate = (round: number) =>
    ({
      view: 0,
      signatures: [],
      entry: {
        round,
        epoch: last !== undefined && round > last ? 1 : 0,
        version: round,
        outcome: 'accepted',
        nextCommittee: round === last ? 'c' : null,
        beacon: BEACON,
        modelDigest: 'm',
      },
    }) as unknown as Certificate;
  const after = new AfterDecision({
    self,
    link: {
      free: async () => undefined,
      published: async () => chain,
      awaitVersion: async () => undefined,
      publish: async ({ entry }: Certificate) => {
        sent.push(entry.version);
        return publish(entry.version);
      },
    },
    participant: {
      head: { round: 3 },
      certificate: async (round: number) => certificate(round),
      epochOf: () => ({ committee: { members: [{ node: 'a', signer: '0x' }] } }),
    } as unknown as Participant,
    handOver: {
      speak: async () => undefined,
      rotate: async () => {
        sent.push('rotation');
        chain.epoch = 1;
        return '0x';
      },
    },
    emit: (event: NodeEvent) => told.push(event),
    signal: stopping.signal,
  } as unknown as AfterDecisionCollaborators);
  return { after, told, sent, chain, stopping };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof BallastError ? error.code : String(error)),
  );

describe('publishing what is certified', () => {
  it('counts anew what is missing where the chain has gone back meanwhile', async () => {
    let isLost = true;
    const { after, sent, told, chain } = bench(async (version) => {
      if (version === 3 && isLost) {
        isLost = false;
        chain.version = 1;
        throw new BallastError('VERSION_MISMATCH', 'the next version is 2');
      }
      chain.version = version;
      return `0x${version}`;
    });
    await after.publishMissing();
    expect(sent).to.deep.equal([1, 2, 3, 2, 3]);
    expect(told.every(({ event }) => event === 'published')).to.equal(true);
    expect(chain.version).to.equal(3);
  });

  it('does not try for ever, and nothing else again', async function () {
    this.timeout(10_000);
    const moved = bench(() => Promise.reject(new BallastError('VERSION_MISMATCH', 'never right')));
    expect(await codeOf(moved.after.publishMissing())).to.equal('VERSION_MISMATCH');
    expect(moved.sent).to.have.length(5);
    const refused = bench(() => Promise.reject(new BallastError('QUORUM_NOT_REACHED', 'no')));
    expect(await codeOf(refused.after.publishMissing())).to.equal('QUORUM_NOT_REACHED');
    expect(refused.sent).to.deep.equal([1]);
  });

  it('rotates between the versions of two epochs, where the chain has not', async () => {
    const open = (version: number, epoch: number, self?: string) => {
      const opened = bench(async (of) => `0x${of}`, 2, self);
      Object.assign(opened.chain, { version, epoch });
      return opened;
    };
    for (const [version, epoch, wanted] of [
      [0, 0, [1, 2, 'rotation', 3]],
      [2, 0, ['rotation', 3]],
      [2, 1, [3]],
      [3, 1, []],
    ] as const) {
      const { after, sent, told, chain } = open(version, epoch);
      await after.publishMissing();
      expect(sent).to.deep.equal(wanted);
      const rotations = told.filter(({ event }) => event === 'rotated');
      expect(rotations).to.have.length(epoch === 0 ? 1 : 0);
      // Asked once more before the chain shows it, it comes back with the same transactions: they are told of once.
      const before = told.length;
      Object.assign(chain, { version, epoch });
      await after.publishMissing();
      expect(told).to.have.length(before);
    }
    // It is for members of the round's committee.
    const { after, sent } = open(0, 0, 'b');
    await after.publishMissing();
    expect(sent).to.deep.equal([]);
  });

  it('ends when the node stops', async () => {
    const { after, stopping } = bench(() => Promise.reject(new BallastError('CHAIN_HELD', 'no')));
    const work = codeOf(after.publishMissing());
    stopping.abort(new BallastError('NODE_STOPPING', 'the node stops'));
    expect(await work).to.equal('NODE_STOPPING');
  });
});
