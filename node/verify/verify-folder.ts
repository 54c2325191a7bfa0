import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { blsCommitScheme, chainHead, isSignedBy, roundDecisionDigest } from '../../contracts/client/index.ts';
import {
  aggregatorOf,
  type CommitVerifier,
  type Coverage,
  type Head,
  type Mismatch,
  networkGenesis,
  type RoundAggregator,
  type Trust,
  verifyLog,
} from '../../coordinator/index.ts';
import { UsageError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { openKernels } from '../kernels/index.ts';
import { createModel, genesisOf, parseModelSpec } from '../models/index.ts';
import { ChainLink } from '../runtime/chain-link.ts';
import { LevelStore } from '../store/index.ts';
import { checkBeacons, checkCommittees, checkPublications, type LoggedRound } from './chain-checks.ts';

export type VerifyFolderOptions = {
  /** A node's data folder; no node may be running on it. */
  readonly dataDir: string;
  readonly document: NetworkDocument;
  /** Endpoint of the chain; without it everything but the chain is verified. */
  readonly rpc?: string;
  readonly trust: Trust;
  /** Goes on after the first mismatch. */
  readonly all: boolean;
  /** Holds every beacon against its block. */
  readonly beacons: boolean;
};

export type VerifyFolderCollaborators = {
  readonly onProgress?: (what: 'rounds' | 'beacons', round: number) => void;
  readonly signal?: AbortSignal;
};

export type FolderVerification = {
  readonly mismatches: readonly Mismatch[];
  readonly head: Head;
  readonly coverage: Coverage & {
    /** Rounds whose beacon was held against its block. */
    readonly beacons: number;
  };
  /** Where the chain stands; undefined where it was not asked. */
  readonly chain:
    | { readonly version: number; readonly modelDigest: string; readonly isHead: boolean }
    | undefined;
};

/**
 * Recomputes the log in a node's data folder, and holds it against the chain.
 *
 * @throws UsageError `DATA_DIR` for a folder without a node's database, `GENESIS_MISMATCH` for another network's
 *   document; StoreError `DATA_DIR_LOCKED` while a node runs on it; what `ChainLink.open` and `verifyLog` throw.
 */
export async function verifyFolder(
  options: VerifyFolderOptions,
  { onProgress, signal }: VerifyFolderCollaborators = {},
): Promise<FolderVerification> {
  const { dataDir, document, rpc, trust, all, beacons } = options;
  const { genesis, parameters } = document;
  const model = createModel(parseModelSpec(document.model));
  const weights = genesisOf(model);
  if (layoutHash(model.layout) !== genesis.layout || weightsDigest(weights) !== genesis.modelDigest) {
    throw new UsageError(
      'GENESIS_MISMATCH',
      'network document: its model does not have the genesis weights that it names',
    );
  }
  const computing = aggregatorOf(parameters);
  const kernels = openKernels();
  const aggregator: RoundAggregator = {
    ...computing,
    aggregate: (rows, state, inputs) => computing.aggregate(rows, state, { ...inputs, kernels }),
  };
  const link = rpc === undefined ? undefined : await openChain(document, rpc, signal);
  const store = await openDatabase(dataDir);
  try {
    const network = networkId(document);
    const rounds: LoggedRound[] = [];
    const verified = await verifyLog(
      {
        network,
        parameters,
        size: model.size,
        genesis: networkGenesis(document, aggregator, model.size),
        genesisWeights: weights,
        trust,
        all,
      },
      {
        store: store.sub('round'),
        commitScheme: schemeOf(document),
        aggregator,
        ...(link === undefined ? {} : { committeeOf: (epoch) => link.committeeAt(epoch) }),
        onRound: ({ entry }, before) => {
          signal?.throwIfAborted();
          rounds.push({ round: entry.round, entry, beaconHeight: before.nextBeaconHeight });
          onProgress?.('rounds', entry.round);
        },
      },
    );
    const { head, coverage } = verified;
    const isEnough = () => !all && mismatches.length > 0;
    const mismatches = [...verified.mismatches];
    if (link === undefined || isEnough()) {
      return { mismatches, head, coverage: { ...coverage, beacons: 0 }, chain: undefined };
    }
    mismatches.push(...(await checkCommittees(link, verified.committees)));
    mismatches.push(...(await checkPublications(link, rounds, head)));
    const checked = beacons && !isEnough() ? rounds : [];
    mismatches.push(...(await checkBeacons(link, checked, (round) => onProgress?.('beacons', round))));
    mismatches.sort((a, b) => a.round - b.round);
    const { version, modelDigest } = await chainHead(link.reader, document.contracts.modelRegistry);
    const isHead = version === head.version && modelDigest === head.modelDigest;
    return {
      mismatches: all ? mismatches : mismatches.slice(0, 1),
      head,
      coverage: { ...coverage, beacons: checked.length },
      chain: { version, modelDigest, isHead },
    };
  } finally {
    await store.close();
    await kernels.close();
  }
}

/** The chain is only read: the account that a link needs is made up and forgotten. */
function openChain(
  document: NetworkDocument,
  rpc: string,
  signal: AbortSignal | undefined,
): Promise<ChainLink> {
  const reader = privateKeyToAccount(generatePrivateKey());
  return ChainLink.open(document, rpc, reader, signal === undefined ? {} : { signal });
}

/** Opens what is there: nothing is created for a mistyped folder. */
async function openDatabase(dataDir: string): Promise<LevelStore> {
  const folder = join(dataDir, 'db');
  await access(join(folder, 'CURRENT')).catch((cause: unknown) => {
    throw new UsageError(
      'DATA_DIR',
      `--data-dir: ${dataDir} holds no database, expected a node's data folder`,
      {
        hint: 'a devnet keeps one in node-1/data, node-2/data …',
        cause,
      },
    );
  });
  return LevelStore.open(folder);
}

function schemeOf(document: NetworkDocument): CommitVerifier {
  const chainId = Number(document.chain.slice('eip155:'.length));
  const domain = { chainId, contract: document.contracts.modelRegistry };
  return {
    aggregate: blsCommitScheme(domain),
    verify: (decision, signer, signature) =>
      isSignedBy(roundDecisionDigest(domain, decision), signature, signer),
  };
}
