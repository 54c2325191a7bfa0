import { expect } from 'chai';
import {
  describeProposal,
  draftApproval,
  governedContracts,
  type ParameterProposal,
  STABILITY_FEE,
} from '../../../contracts/client/index.ts';
import { proposals as proposalsSchema } from '../../api/schemas/index.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { ChainProposals } from '../chain-proposals.ts';
import { document } from './support.ts';

const at = (digit: string) => `0x${digit.repeat(40)}` as const;
const [BRIDGE, TIMELOCK, GOVERNOR] = [at('2'), at('6'), at('7')];
const WISH = { number: 3n, parameter: STABILITY_FEE, justification: 'ab'.repeat(32) } as ParameterProposal;
const directory = { contracts: governedContracts({ governanceBridge: BRIDGE }) };
const draft = draftApproval(BRIDGE, WISH, 'approve\nthe wish\u202e');
const description = describeProposal(draft, directory);

/** A governor with proposals of given states. */
function fakeGovernor(states: number[], words: (i: number) => string = () => description) {
  const state = { states, logReads: 0, standings: 0, holders: [GOVERNOR] as string[] };
  const answers: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
    CONTROLLER: () => at('1'),
    GOVERNANCE: () => BRIDGE,
    OVERRIDES: () => at('3'),
    BREAKER: () => at('4'),
    LOG: () => at('5'),
    REVIEWER: () => TIMELOCK,
    PROPOSER_ROLE: () => `0x${'9'.repeat(64)}`,
    hasRole: ([, account]) => state.holders.includes(String(account)),
    state: ([id]) => {
      state.standings += 1;
      return states[Number(id)];
    },
    proposalVotes: () => [4n, 12n, 1n],
    proposalSnapshot: () => 100n,
    proposalDeadline: () => 700n,
    proposalEta: () => 0n,
    quorum: () => 14n,
  };
  type Call = { readonly functionName: string; readonly args?: readonly unknown[] };
  const answer = ({ functionName, args = [] }: Call) => answers[functionName]?.(args);
  const reader = {
    readContract: async (call: Call) => answer(call),
    multicall: async ({ contracts }: { contracts: readonly Call[] }) => contracts.map(answer),
    getLogs: async () => [at('8'), GOVERNOR].map((account) => ({ args: { account } })),
    getContractEvents: async () => {
      state.logReads += 1;
      return states.map((_, i) => ({
        args: {
          proposalId: BigInt(i),
          proposer: at('A'),
          targets: draft.calls.map(({ target }) => target),
          values: [0n],
          calldatas: draft.calls.map(({ data }) => data),
          description: words(i),
        },
      }));
    },
  };
  return { state, link: { reader, document } as unknown as ChainLink };
}

describe('service: proposals to governance', () => {
  it('say what they would do, and how the votes stand, the newest first', async () => {
    const { link } = fakeGovernor([7, 1]);
    const read = proposalsSchema.parse(await new ChainProposals().read(link));
    expect(read.total).to.equal(2);
    expect(read.items.map(({ id, state }) => [id, state])).to.deep.equal([
      ['1', 'active'],
      ['0', 'executed'],
    ]);
    expect(read.items[0]).to.deep.include({
      type: 'parameter_adjustment',
      calls: ['GovernanceBridge.approve(proposalId: 3)'],
      problem: null,
      text: 'approve the wish',
      votes: { inFavour: '12', against: '4', abstaining: '1' },
      quorum: '14',
      votingUntilMs: 700_000,
      executableFromMs: null,
    });
  });

  it('does not repeat words that are not those of the calls', async () => {
    const { link } = fakeGovernor([1], () => description.replace('proposalId: 3', 'proposalId: 4'));
    const [item] = (await new ChainProposals().read(link)).items;
    expect(item).to.deep.include({ type: null, calls: [] });
    expect(item?.problem).to.include('the words are not those of the calls');
  });

  it('asks every five seconds at most, and once for those that have ended; fifty at most', async () => {
    const { state, link } = fakeGovernor([...Array.from({ length: 59 }, () => 7), 1]);
    let now = 0;
    const proposals = new ChainProposals(() => now);
    const first = await proposals.read(link);
    expect([first.items.length, first.total, state.standings]).to.deep.equal([50, 60, 50]);
    now = 4_999;
    await proposals.read(link);
    expect(state.logReads).to.equal(1);
    now = 5_000;
    await proposals.read(link);
    expect([state.logReads, state.standings]).to.deep.equal([2, 51]);
  });

  it('has none where it is not clear who the governor is', async () => {
    const { state, link } = fakeGovernor([1]);
    state.holders = [GOVERNOR, at('8')];
    expect(await new ChainProposals().read(link)).to.deep.equal({ items: [], total: 0 });
  });
});
