import { expect } from 'chai';
import type { Certificate } from '../../certificate.ts';
import type { LogRequest } from '../../collaborators.ts';
import { nodesOf } from '../../committee.ts';
import { createRoll, updatesOf } from '../../roll.ts';
import { encodeProvenRow, provenRow } from '../../roll-row.ts';
import { committeeOf, digest, entryOf, signerOf, TestStore } from '../../test/support.ts';
import { OwnRows } from '../own-rows.ts';

const SELF = signerOf(6);
const ROUND = 4;
const committee = committeeOf(4);
const roll = createRoll(
  [0, 1, 6].map((i) => ({ node: signerOf(i).nodeId, digest: digest(`${i}`), fate: 'AUDIT_STEP' })),
);
const certificate = { entry: entryOf({ round: ROUND, updates: updatesOf(roll) }) } as Certificate;
const own = roll.find(({ node }) => node === SELF.nodeId);
const rowOf = (index: number) => {
  const found = provenRow(roll, signerOf(index).nodeId);
  return found === undefined ? [] : [encodeProvenRow(found)];
};

type Answer = () => Promise<readonly Uint8Array[]>;

function rowsFrom(answers: readonly Answer[], store = new TestStore()) {
  const asked: { readonly peer: string; readonly request: LogRequest }[] = [];
  const rows = new OwnRows({
    signer: SELF,
    store,
    clock: {
      now: () => 0,
      setTimer: (_, run) => {
        const timer = setImmediate(run);
        return () => clearImmediate(timer);
      },
    },
    transport: {
      broadcast: () => undefined,
      fetch: () => Promise.reject(new Error('no blobs')),
      fetchWitness: () => Promise.reject(new Error('no witness')),
      fetchLog: (peer, request) => {
        asked.push({ peer, request });
        return answers[asked.length - 1]?.() ?? Promise.resolve([]);
      },
    },
    log: { roll: async () => undefined },
    signal: new AbortController().signal,
  });
  return { rows, asked, store };
}

describe('a contributor’s own row', () => {
  it('comes from a member, alone, and is there after a restart', async () => {
    const { rows, asked, store } = rowsFrom([async () => rowOf(6)]);
    const coming = rows.ask(certificate, committee);
    expect(await rows.known(ROUND)).to.equal(undefined);
    expect(await rows.obtain(ROUND)).to.deep.equal(own);
    expect(await coming).to.deep.equal(own);
    expect(asked.map(({ request }) => request)).to.deep.equal([{ from: ROUND, most: 0 }]);
    expect(await rowsFrom([], store).rows.known(ROUND)).to.deep.equal(own);
  });

  it('is asked of another member where one is silent, fails, has none, or gives another’s', async () => {
    const { rows, asked } = rowsFrom([
      () => new Promise(() => undefined),
      () => Promise.reject(new Error('unreachable')),
      async () => rowOf(1),
      async () => rowOf(6),
    ]);
    expect(await rows.ask(certificate, committee)).to.deep.equal(own);
    expect(asked.map(({ peer }) => peer)).to.have.members(nodesOf(committee));
  });

  it('is given up after six members at most', async () => {
    const { rows, asked } = rowsFrom([]);
    expect(await rows.ask(certificate, committeeOf(10))).to.equal(undefined);
    expect(asked).to.have.length(6);
    expect(await rows.known(ROUND)).to.equal(undefined);
  });
});
