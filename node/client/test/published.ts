import { mnemonicToAccount } from 'viem/accounts';
import { committeeRoot } from '../../../contracts/client/committee.ts';
import { signRoundDecision } from '../../../contracts/client/signatures.ts';
import type { Certificate } from '../../../coordinator/certificate.ts';
import { createCommittee } from '../../../coordinator/committee.ts';
import { decisionOf, genesisHead, headAfter } from '../../../coordinator/entry.ts';
import { createRoll, updatesOf } from '../../../coordinator/roll.ts';
import { NO_STATE } from '../../../coordinator/round-aggregator.ts';
import { EMPTY_STANDING } from '../../../coordinator/standing.ts';
import { type Digest, toHex } from '../../../protocol/digest.ts';
import { nodeIdFromPublicKey } from '../../../protocol/ids.ts';
import { layoutHash } from '../../../protocol/layout.ts';
import { type NetworkDocument, networkId, parseNetworkDocument } from '../../../protocol/network.ts';
import { encodeWeights, weightsDigest } from '../../../protocol/vectors.ts';
import { RISK_FEATURES } from '../../features/index.ts';
import { createModel, genesisOf, modelSpec } from '../../models/index.ts';
import { SCORE_POINTS } from '../../models/risk-numbers.ts';
import type { ChainState } from './chain-stub.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const MEMBERS = 4;

const ascending = Array.from({ length: SCORE_POINTS }, (_, k) => k / SCORE_POINTS);
const logistic = { intercept: -3, slope: 0.8, centre: -3.5 };

/** Round numbers in place of fitted ones. */
const spec = modelSpec({
  peg: { kind: 'mlp', hidden: 8 },
  pegNumbers: ([4, 24] as const).map((horizon) => ({
    horizon,
    numbers: {
      persistence: [-3, 0, 3],
      scaledPersistence: [-1, 0, 1],
      meanReversion: { coefficients: [0.1, 0.2, 0.3], quantiles: [-1, 0, 1] },
      anchor: { scale: 50 },
    },
  })),
  riskNumbers: {
    threshold: 2.5,
    start: Array.from({ length: RISK_FEATURES.length }, (_, j) => (j === 0 ? -3 : 0.1)),
    ewma: { drawdown: logistic, volatility: 0.1 },
    persistence: { drawdown: logistic, volatility: 0.1 },
    scores: { drawdown: ascending, volatility: ascending.map((share) => 4 * share - 6) },
  },
  recordClipNorms: { peg: 1, risk: 2 },
  updateClipNorms: { peg: 0.2, risk: 0.1 },
  riskDeadBand: 0.01,
});
export const model = createModel(spec);

/** Weights of a version: small and different everywhere, the outer quantiles apart, the same in every run. */
export function weightsOf(version: number): Float64Array {
  const weights = genesisOf(model);
  if (version === 0) return weights;
  const spread = new Map(
    model.heads.peg.flatMap(({ offset, size }): [number, number][] => [
      [offset + size - 3, -1],
      [offset + size - 1, 1],
    ]),
  );
  return weights.map(
    (weight, i) => weight + ((((i + 7) * (version + 3)) % 17) - 8) / 64 + (spread.get(i) ?? 0),
  );
}

const accounts = Array.from({ length: MEMBERS }, (_, i) =>
  mnemonicToAccount(MNEMONIC, { addressIndex: i + 1 }),
).toSorted((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));

export const committee = createCommittee(
  0,
  accounts.map(({ address }, i) => ({
    node: nodeIdFromPublicKey(new Uint8Array(32).fill(i + 1)),
    signer: address.toLowerCase() as `0x${string}`,
  })),
);
export const signers = committee.members.map(({ signer }) => signer);

export type Contracts = NetworkDocument['contracts'];
export const CONTRACTS: Contracts = {
  nodeRegistry: `0x${'1'.repeat(40)}`,
  modelRegistry: `0x${'2'.repeat(40)}`,
  parameterRegistry: `0x${'3'.repeat(40)}`,
  controller: `0x${'4'.repeat(40)}`,
};

export function documentOf(contracts: Contracts = CONTRACTS, chainId = 31_337): NetworkDocument {
  return parseNetworkDocument({
    name: 'stub',
    chain: `eip155:${chainId}`,
    contracts,
    bootstrap: [],
    genesis: { modelDigest: weightsDigest(weightsOf(0)), layout: layoutHash(model.layout), beaconHeight: 1 },
    model: spec,
    parameters: {
      rule: { name: 'multi-krum', f: 1 },
      update: { clipNorm: 0.22, gridBits: 20, normCheck: true },
      privacy: {
        unit: 'record',
        relation: 'add-remove',
        noiseMultiplier: 8,
        recordClipNorm: 2.2,
        epsilonBudget: 8,
        delta: 1e-5,
      },
      training: { localSteps: 4, learningRate: 0.65, nominalRecords: 256 },
      gate: { enabled: true, deadBand: 0.001 },
      timeouts: { collectMs: 5000, fetchMs: 2000, viewMs: 3000, resendMs: 1500 },
      fee: { gain: '2000000000000000000', deadBand: '100000000000000' },
      beaconLag: 3,
      retention: { rounds: 20 },
    },
  });
}

/** Every member's update has weight in every version. */
export const ROLL = createRoll(
  committee.members.map(({ node }) => ({ node, digest: 'ab'.repeat(32), fate: 'selected' })),
);

/** What a network has published: its document, and per version the weights and the certificate. */
export type Published = {
  readonly document: NetworkDocument;
  readonly network: Digest;
  readonly weights: ReadonlyMap<Digest, Uint8Array>;
  readonly certificates: ReadonlyMap<number, Certificate>;
  readonly chain: ChainState;
};

/** A network with `versions` versions after genesis, each certified by a quorum, one a round. */
export async function publish(versions: number, document = documentOf()): Promise<Published> {
  const network = networkId(document);
  const weights = new Map<Digest, Uint8Array>();
  const certificates = new Map<number, Certificate>();
  let head = genesisHead(network, document.genesis.modelDigest, document.genesis.beaconHeight, NO_STATE);
  const digests = [head.modelDigest];
  weights.set(head.modelDigest, encodeWeights(weightsOf(0)));
  for (let version = 1; version <= versions; version++) {
    const modelDigest = weightsDigest(weightsOf(version));
    weights.set(modelDigest, encodeWeights(weightsOf(version)));
    digests.push(modelDigest);
    const certificate = await certify(network, document, {
      round: version,
      epoch: 0,
      parent: head.entry,
      beacon: toHex(new Uint8Array(32).fill(version)),
      finalized: 10 * version - 3,
      nextBeaconHeight: 10 * version,
      baseVersion: version - 1,
      baseDigest: head.modelDigest,
      baseState: head.stateDigest,
      updates: updatesOf(ROLL),
      standing: EMPTY_STANDING,
      offences: [],
      nextCommittee: null,
      outcome: 'accepted',
      reason: '',
      version,
      modelDigest,
      stateDigest: NO_STATE,
      candidateDigest: modelDigest,
      candidateState: NO_STATE,
      privacy: { unit: 'record', relation: 'add-remove', epsilon: 0.93 * version, delta: 1e-5 },
    });
    certificates.set(version, certificate);
    head = headAfter(certificate.entry);
  }
  const root = committeeRoot(signers);
  const chain: ChainState = {
    chainId: Number(document.chain.slice('eip155:'.length)),
    network,
    versions: digests,
    round: versions,
    publishedAt: 1_800_000_000,
    now: 1_800_000_060,
    committees: [{ root, size: MEMBERS }],
    fee: 5n * 10n ** 16n,
  };
  return { document, network, weights, certificates, chain };
}

/** An entry with the signatures of the first quorum of members. */
export async function certify(
  network: Digest,
  document: NetworkDocument,
  entry: Certificate['entry'],
  count = committee.quorum,
): Promise<Certificate> {
  const domain = {
    chainId: Number(document.chain.slice('eip155:'.length)),
    contract: document.contracts.modelRegistry,
  };
  const decision = decisionOf(network, entry, 0);
  const signatures = accounts.slice(0, count).map(async (account, index) => ({
    index,
    signature: await signRoundDecision(account, domain, decision),
  }));
  return { entry, view: 0, signatures: await Promise.all(signatures) };
}
