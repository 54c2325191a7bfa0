import { createTestClient, http, parseEther } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import {
  type Anvil,
  blsPublicKey,
  createReader,
  createWriter,
  deployContracts,
  devAccount,
  initialiseModelRegistry,
  registerNode,
} from '../../../contracts/client/index.ts';
import { castVote, sealCertificate } from '../../../coordinator/certificate.ts';
import {
  type Certificate,
  type Committee,
  createCommittee,
  createRoster,
  decisionOf,
  type Epoch,
  memberIndex,
  NO_STATE,
} from '../../../coordinator/index.ts';
import { type NetworkDocument, networkId } from '../../../protocol/network.ts';
import { createIdentity, type OperatorIdentity } from '../../keys/identity.ts';
import { registerBls } from '../../operator/bls-key.ts';
import { ChainLink } from '../chain-link.ts';
import type { NodeEvent } from '../events.ts';
import { HandOver } from '../hand-over.ts';
import { endpointOf, GENESIS } from './committee-on-chain.ts';
import { parametersOf } from './fixtures.ts';

const EPOCH_ROUNDS = 3;
const MEMBERS = 4;

/** Four operators, the same for the same byte. */
export function operators(byte: number): OperatorIdentity[] {
  return Array.from({ length: MEMBERS }, (_, i) =>
    createIdentity((length) => new Uint8Array(length).fill(byte + i)),
  );
}

/** Registers four operators on a chain, with BLS keys, and makes them the committee of epoch 0 of a network. */
export async function epochsOnChain(
  anvil: Anvil,
  identities: readonly OperatorIdentity[],
): Promise<NetworkDocument> {
  const reader = createReader(endpointOf(anvil));
  const governance = createWriter(endpointOf(anvil), devAccount(0));
  const bank = createTestClient({ mode: 'anvil', transport: http(anvil.rpcUrl) });
  const terms = { minimumBond: 1n, unbondingDelaySeconds: 60 };
  const { block: _, ...contracts } = await deployContracts(reader, governance, terms);
  const { nodeRegistry, modelRegistry } = contracts;
  for (const [i, identity] of identities.entries()) {
    const owner = privateKeyToAccount(`0x${(i + 1).toString(16).padStart(64, '0')}`);
    for (const { address } of [owner, identity.account])
      await bank.setBalance({ address, value: parseEther('3') });
    const keys = { node: identity.signer, signer: identity.account };
    await registerNode(reader, createWriter(endpointOf(anvil), owner), nodeRegistry, { keys, bond: 1n });
    const signer = createWriter(endpointOf(anvil), identity.account);
    await registerBls(reader, signer, { nodeRegistry, secret: identity.blsSecret() });
  }
  const document: NetworkDocument = {
    name: 'epochs',
    chain: `eip155:${anvil.chainId}`,
    contracts,
    bootstrap: [],
    genesis: { modelDigest: GENESIS, layout: GENESIS, beaconHeight: 1 },
    model: {},
    parameters: { ...parametersOf(), committee: { epochRounds: EPOCH_ROUNDS, corruptShare: 0.15 } },
  };
  const { members } = committeeOf(0, identities, true);
  await initialiseModelRegistry(reader, governance, modelRegistry, {
    network: networkId(document),
    modelDigest: GENESIS,
    committee: members.map(({ signer }) => signer),
    keys: members.map(({ blsKey }) => Uint8Array.from(Buffer.from(blsKey ?? '', 'hex'))),
  });
  return document;
}

function committeeOf(epoch: number, identities: readonly OperatorIdentity[], hasKeys: boolean): Committee {
  return createCommittee(
    epoch,
    identities.map((identity) => ({
      node: identity.nodeId,
      signer: identity.account.address.toLowerCase() as `0x${string}`,
      ...(hasKeys ? { blsKey: blsKeyOf(identity) } : {}),
    })),
  );
}

/** Epoch 0 votes with BLS, epoch 1 with addresses. */
export function epochsOf(identities: readonly OperatorIdentity[]): readonly Epoch[] {
  return [committeeOf(0, identities, true), committeeOf(1, identities, false)].map((committee) => ({
    committee,
    roster: createRoster(committee),
  }));
}

export const openLink = (document: NetworkDocument, rpcUrl: string, identity: OperatorIdentity) =>
  ChainLink.open(document, rpcUrl, identity.account, { blsSecret: identity.blsSecret() });

/** The certificate of a round's entry, as members with these links write it. */
export async function certified(
  links: readonly ChainLink[],
  identities: readonly OperatorIdentity[],
  committee: Committee,
  round: number,
  version: number,
): Promise<Certificate> {
  const entry: Certificate['entry'] = {
    round,
    epoch: committee.epoch,
    parent: GENESIS,
    beacon: GENESIS,
    finalized: 1,
    nextBeaconHeight: 1,
    baseVersion: version - 1,
    baseDigest: GENESIS,
    baseState: NO_STATE,
    updates: { root: GENESIS, sealed: 0, accepted: 0, selected: 0 },
    standing: GENESIS,
    offences: [],
    nextCommittee: round % EPOCH_ROUNDS === 0 ? GENESIS : null,
    outcome: 'accepted',
    reason: '',
    version,
    modelDigest: `0${version}`.repeat(32),
    stateDigest: NO_STATE,
    candidateDigest: GENESIS,
    candidateState: NO_STATE,
    privacy: { unit: 'none', relation: 'add-remove', epsilon: null, delta: 1e-5 },
  };
  const [first] = links;
  if (first === undefined) throw new Error('got no links');
  const decision = decisionOf(first.network, entry, 0);
  const signatures = await Promise.all(
    links.slice(0, committee.quorum).map(async (link, i) => ({
      index: memberIndex(committee, identities[i]?.nodeId ?? ''),
      signature: await castVote(link.commitScheme, committee, decision),
    })),
  );
  return sealCertificate(first.commitScheme, committee, { entry, view: 0, signatures });
}

/** Desks of members in one process, that hear one another. */
export function desksOf(
  links: readonly ChainLink[],
  identities: readonly OperatorIdentity[],
  certificate: Certificate,
  { said, emit, signal }: { said?: () => void; emit: (event: NodeEvent) => void; signal: AbortSignal },
): HandOver[] {
  const epochs = epochsOf(identities);
  const desks: HandOver[] = links.map((link, i) => {
    const self = identities[i]?.nodeId ?? '';
    return new HandOver({
      self,
      link,
      epochRounds: EPOCH_ROUNDS,
      participant: {
        head: { round: certificate.entry.round } as never,
        certificate: async (round) => (round === certificate.entry.round ? certificate : undefined),
        epochOf: (epoch) => epochs[epoch],
        handOver: async (round, payload) => {
          for (const desk of desks) desk.receive(self, round, payload);
          said?.();
        },
      },
      emit,
      signal,
    });
  });
  return desks;
}

function blsKeyOf(identity: OperatorIdentity): string {
  return Buffer.from(blsPublicKey(identity.blsSecret())).toString('hex');
}
