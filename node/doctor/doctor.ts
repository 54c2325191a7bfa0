import { createReader } from '../../contracts/client/index.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import { networkId } from '../../protocol/network.ts';
import { type NodeConfig, readNetworkDocument } from '../config/index.ts';
import type { PassphraseSources } from '../keys/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import { chainIdOf } from '../operator/chain.ts';
import { attempt, valueIn } from './attempt.ts';
import { checkEndpoints } from './chain.ts';
import { checkContracts } from './contracts.ts';
import { checkData } from './files.ts';
import { type Finding, ok, problem, skipped } from './finding.ts';
import { checkFolder } from './folder.ts';
import { checkApi, checkKeystore, checkSigner, type NodeNames } from './keys.ts';
import { checkBootstrap, checkPorts } from './ports.ts';
import { checkBudget } from './privacy.ts';
import { checkReleases, type ReleaseCollaborators } from './releases.ts';

export type DoctorCollaborators = ReleaseCollaborators & {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Where the keystore's passphrase would come from. */
  readonly passphrase: PassphraseSources;
};

/** Looks at all that a node needs before it runs, and changes nothing. Of what cannot be looked at it says so. */
export async function examine(
  config: NodeConfig,
  { now, passphrase, ...releases }: DoctorCollaborators,
): Promise<readonly Finding[]> {
  const network = await attempt('network.json', () => readNetworkDocument(config.network));
  const document = valueIn(network);
  const named =
    document === undefined
      ? 'failure' in network
        ? [network.failure]
        : []
      : [ok('network.json', `${document.name}, ${document.chain}, ${networkId(document).slice(0, 12)}`)];
  const keystore = await checkKeystore(config, passphrase);
  const folder = await checkFolder(config.dataDir, {
    network: document === undefined ? undefined : networkId(document),
    node: keystore.names?.nodeId,
  });
  return [
    ...named,
    ...keystore.findings,
    ...(await checkData(config, document && hasRiskHead(document))),
    ...folder.findings,
    ...(document === undefined ? [] : [await checkBudget(config, document, folder.heldBy)]),
    ...(await checkPorts(config, folder.heldBy)),
    ...(await checkApi(config)),
    ...(document === undefined
      ? [skipped('chain', 'without network.json nobody knows which')]
      : await checkNetworkOf(config, document, keystore.names, { now, ...releases })),
  ];
}

const hasRiskHead = ({ model }: NetworkDocument): boolean =>
  createModel(parseModelSpec(model)).heads.risk !== undefined;

async function checkNetworkOf(
  config: NodeConfig,
  document: NetworkDocument,
  names: NodeNames | undefined,
  { now, ...releases }: Omit<DoctorCollaborators, 'passphrase'>,
): Promise<readonly Finding[]> {
  const chainId = chainIdOf(document.chain);
  const others = document.bootstrap.filter(
    (address) => names === undefined || !address.endsWith(names.nodeId),
  );
  const [chain, signer, peers, skew] = await Promise.all([
    checkEndpoints([config.rpc].flat(), chainId, now),
    checkSigner(config, chainId),
    checkBootstrap(document.bootstrap),
    checkReleases(others, releases),
  ]);
  return [
    ...chain.findings,
    ...(await contractsAt(chain.usable, chainId, document, names)),
    ...signer,
    ...peers,
    ...skew,
  ];
}

async function contractsAt(
  rpcUrl: string | undefined,
  chainId: number,
  document: NetworkDocument,
  names: NodeNames | undefined,
): Promise<readonly Finding[]> {
  if (rpcUrl === undefined) return [skipped('contracts', 'no endpoint of the chain to ask')];
  try {
    return await checkContracts(createReader({ rpcUrl, chainId }), document, names);
  } catch (error) {
    // What the endpoint does with one request it may do with any.
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [
      problem('contracts', `the endpoint does not tell: ${reason.slice(0, 200)}`, 'try another endpoint'),
    ];
  }
}
