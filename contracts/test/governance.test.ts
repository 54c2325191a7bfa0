import { expect } from 'chai';
import {
  type Abi,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  keccak256,
  parseEther,
  stringToHex,
  toFunctionSelector,
} from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { devAccount, startAnvil } from '../client/anvil.ts';
import { type ChainReader, type ChainWriter, createReader, createWriter } from '../client/clients.ts';
import { ballastGovernorAbi, ballastGovernorBytecode } from '../client/generated/ballast-governor.ts';
import { electorateAbi, electorateBytecode } from '../client/generated/electorate.ts';
import { moduleProxyAbi, moduleProxyBytecode } from '../client/generated/module-proxy.ts';
import { moduleRegistryAbi, moduleRegistryBytecode } from '../client/generated/module-registry.ts';
import { overrideModuleAbi, overrideModuleBytecode } from '../client/generated/override-module.ts';
import { timelockAbi, timelockBytecode } from '../client/generated/timelock.ts';
import {
  castVote,
  depositBond,
  executeProposal,
  proposalStanding,
  publishProposal,
  queueProposal,
  readProposal,
  settleBond,
  submitProposal,
} from '../client/governance.ts';
import { GOVERNED_CONTRACTS, governanceActions, governedContracts } from '../client/governance-actions.ts';
import { moduleJournal, readModules, versionNumber, versionText } from '../client/module-registry.ts';
import { verifyProposal } from '../client/proposal-description.ts';
import { actionsDigest, PROPOSAL_TYPES } from '../client/proposal-header.ts';
import { fillTemplate } from '../client/proposal-templates.ts';
import { transactionsOf } from '../client/transactions.ts';
import { digestFromWord, lowerCaseAddress } from '../client/words.ts';

const BOND = parseEther('2');
const VOTING_DELAY = 10;
const VOTING_PERIOD = 600;
const TIMELOCK_DELAY = 300;
const VOTERS = 4;
const WHY = 'ab'.repeat(32);
/** ERC-165 id of IModule. */
const IMODULE: Hex = '0xef5ecb77';

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BallastError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** A governor on a real chain. The tests go on from one another. */
describe('governance on a chain', function () {
  this.timeout(30_000);
  let stop = async () => {};
  let reader: ChainReader;
  let proposer: ChainWriter;
  let voters: ChainWriter[];
  let addresses: { timelock: Hex; electorate: Hex; governor: Hex; moduleRegistry: Hex };
  let module: { proxy: Hex; code: Hex; codeHash: Hex };
  const candidate = devAccount(9).address;

  const passTime = async (seconds: number) => {
    await reader.request({ method: 'evm_increaseTime', params: [seconds] } as never);
    await reader.request({ method: 'evm_mine' } as never);
  };
  const asProposer = () => ({ reader, writer: proposer, governor: addresses.governor });

  before(async () => {
    const anvil = await startAnvil();
    stop = anvil.stop;
    const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 20 };
    reader = createReader(endpoint);
    proposer = createWriter(endpoint, devAccount(0));
    voters = Array.from({ length: VOTERS }, (_, i) => createWriter(endpoint, devAccount(1 + i)));
    const from = proposer.account.address;
    const [timelock, electorate, governor, moduleRegistry] = [0n, 1n, 2n, 5n].map((nonce) =>
      getContractAddress({ from, nonce }),
    );
    if (!timelock || !electorate || !governor || !moduleRegistry) throw new Error('expected four addresses');
    addresses = { timelock, electorate, governor, moduleRegistry };
    const create = async (abi: Abi, bytecode: Hex, args: readonly unknown[]) => {
      const data = encodeDeployData({ abi, bytecode, args });
      await transactionsOf(reader, proposer).send({ what: 'deploy', call: { data } });
    };
    await create(timelockAbi, timelockBytecode, [BigInt(TIMELOCK_DELAY), governor]);
    await create(electorateAbi, electorateBytecode, [timelock, voters.map(({ account }) => account.address)]);
    await create(ballastGovernorAbi, ballastGovernorBytecode, [
      timelock,
      electorate,
      {
        votingDelay: VOTING_DELAY,
        votingPeriod: VOTING_PERIOD,
        bond: BOND,
        credits: 100n,
        season: 2_592_000n,
      },
      governanceActions(addresses),
    ]);
    const [code, proxy] = [3n, 4n].map((nonce) => getContractAddress({ from, nonce }));
    if (!code || !proxy) throw new Error('expected two addresses');
    await create(overrideModuleAbi, overrideModuleBytecode, [moduleRegistry, timelock, electorate]);
    await create(moduleProxyAbi, moduleProxyBytecode, [code, '0x']);
    const runtime = await reader.getCode({ address: code });
    const codeHash = keccak256(runtime ?? '0x');
    const entry = { proxy, implementation: code, codeHash, interfaceId: IMODULE };
    await create(moduleRegistryAbi, moduleRegistryBytecode, [timelock, [entry], []]);
    module = { proxy, code, codeHash };
  });

  after(() => stop());

  it('permits on the chain what the client’s table says, in 1,000 cases and more (GV-01)', async () => {
    const listed = new Set(
      governanceActions(addresses).map(({ kind, target, selector }) => `${kind} ${target} ${selector}`),
    );
    listed.add(
      `4 ${lowerCaseAddress(addresses.governor)} ${toFunctionSelector('setAction(uint8,address,bytes4,bool)')}`,
    );
    const selectors = Object.values(GOVERNED_CONTRACTS).flatMap(({ abi }) =>
      (abi as Abi).flatMap((item) =>
        item.type === 'function' && item.stateMutability !== 'view' ? [toFunctionSelector(item)] : [],
      ),
    );
    const { governor: address } = addresses;
    const targets = [addresses.governor, addresses.electorate, addresses.timelock].map(lowerCaseAddress);
    const cases = [...new Set(selectors)].flatMap((selector) =>
      targets.flatMap((target) => PROPOSAL_TYPES.map((_, kind) => ({ kind, target, selector }))),
    );
    const answers = await Promise.all(
      cases.map(({ kind, target, selector }) =>
        reader.readContract({
          abi: ballastGovernorAbi,
          address,
          functionName: 'isPermitted',
          args: [kind, target, selector],
        }),
      ),
    );
    const permitted = cases.filter((_, i) => answers[i]);
    expect(cases.length).to.be.at.least(1000);
    expect(
      permitted.map(({ kind, target, selector }) => `${kind} ${target} ${selector}`).toSorted(),
    ).to.deep.equal([...listed].filter((row) => targets.some((target) => row.includes(target))).toSorted());
  });

  it('carries a proposal from its words to its effect', async () => {
    const directory = { contracts: governedContracts(addresses) };
    const data = encodeFunctionData({
      abi: electorateAbi,
      functionName: 'admit',
      args: [candidate, `0x${WHY}`],
    });
    const text = fillTemplate('policy_change', {
      policy: 'the electorate',
      before: '4 identities',
      after: '5 identities',
      summary: 'admit a fifth identity',
      reason: 'it has shown who it is',
      risk: 'a fifth of the voice',
    });
    const calls = [{ target: addresses.electorate, value: 0n, data }];
    const draft = { type: 'policy_change', calls, justification: WHY, text } as const;

    expect(await codeOf(submitProposal(asProposer(), draft, directory))).to.equal('DEPOSIT_TOO_SMALL');
    await depositBond(asProposer(), BOND);
    const forged = {
      calls: [{ ...calls[0]!, data: data.replace(/.$/, '0') as Hex }],
      description: `ballast-proposal/1 policy_change 0x${actionsDigest(calls)} 0x${WHY}`,
    };
    expect(await codeOf(publishProposal(asProposer(), forged))).to.equal('DESCRIPTION_MISMATCH');
    const wrong = { ...draft, type: 'protocol_upgrade' } as const;
    expect(await codeOf(submitProposal(asProposer(), wrong, directory))).to.equal('ACTION_NOT_PERMITTED');

    const { proposalId } = await submitProposal(asProposer(), draft, directory);
    const published = await readProposal(reader, addresses.governor, proposalId, 0n);
    const { calls: words } = verifyProposal(published, directory);
    expect(words[0]).to.equal(`Electorate.admit(identity: ${candidate.toLowerCase()}, evidence: 0x${WHY})`);
    expect(await codeOf(readProposal(reader, addresses.governor, 1n, 0n))).to.equal('PROPOSAL_NOT_FOUND');
    expect((await proposalStanding(reader, addresses.governor, proposalId)).state).to.equal('pending');

    await passTime(VOTING_DELAY + 1);
    const outsider = { ...asProposer() };
    const ballot = { proposalId, support: 'for', votes: 4 } as const;
    expect(await codeOf(castVote(outsider, ballot))).to.equal('NO_VOICE');
    const [first] = voters;
    if (first === undefined) throw new Error('expected a voter');
    expect(await codeOf(castVote({ ...asProposer(), writer: first }, { ...ballot, votes: 11 }))).to.equal(
      'VOTES_OUT_OF_RANGE',
    );
    await Promise.all(voters.map((writer) => castVote({ ...asProposer(), writer }, ballot)));
    const standing = await proposalStanding(reader, addresses.governor, proposalId);
    expect(standing).to.include({ state: 'active', inFavour: 16n, against: 0n, quorum: 14n });
    expect(standing.deadline - standing.snapshot).to.equal(VOTING_PERIOD);

    await passTime(VOTING_PERIOD + 1);
    await queueProposal(asProposer(), published);
    const queued = await proposalStanding(reader, addresses.governor, proposalId);
    expect(queued.state).to.equal('queued');
    expect(await codeOf(executeProposal(asProposer(), published))).to.equal(
      'TIMELOCK_UNEXPECTED_OPERATION_STATE',
    );
    await passTime(TIMELOCK_DELAY);
    await executeProposal(asProposer(), published);
    expect((await proposalStanding(reader, addresses.governor, proposalId)).state).to.equal('executed');
    const isAdmitted = await reader.readContract({
      abi: electorateAbi,
      address: addresses.electorate,
      functionName: 'isAdmitted',
      args: [candidate],
    });
    expect(isAdmitted).to.equal(true);
    await settleBond(asProposer(), proposalId);
    expect(await codeOf(settleBond(asProposer(), proposalId))).to.equal('BOND_NOT_HELD');
  });

  it('reads the modules and their journal, and writes versions both ways', async () => {
    const known = {
      key: digestFromWord(keccak256(stringToHex('OVERRIDE_MODULE'))),
      implementation: lowerCaseAddress(module.code),
      codeHash: digestFromWord(module.codeHash),
    };
    const modules = await readModules(reader, addresses.moduleRegistry);
    expect(modules).to.have.length(1);
    expect(modules[0]).to.include({
      ...known,
      proxy: lowerCaseAddress(module.proxy),
      version: '1.0.0',
      interfaceId: IMODULE,
    });
    const journal = await moduleJournal(reader, addresses.moduleRegistry, 0n);
    expect(journal).to.have.length(1);
    expect(journal[0])
      .to.include({ ...known, to: '1.0.0' })
      .and.not.to.have.property('from');
    for (const version of ['0.0.1', '1.0.0', '1.2.3', '4294.967.295']) {
      expect(versionText(versionNumber(version))).to.equal(version);
    }
    for (const version of ['1', '1.0', 'v1.0.0', '1.0.0-rc', '01.0.0', '1.0.0.0', '']) {
      expect(await codeOf(Promise.resolve().then(() => versionNumber(version)))).to.equal('MODULE_VERSION');
    }
  });
});
