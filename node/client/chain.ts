import { createPublicClient, defineChain, http, type Transport } from 'viem';
import type { ChainReader } from '../../contracts/client/clients.ts';
import { type ParameterState, parameterState } from '../../contracts/client/controller.ts';
import { chainRequest } from '../../contracts/client/errors.ts';
import {
  type ChainHead,
  chainHead,
  committeeKeysOf,
  committeeRootOf,
  latestModel,
  modelDigestOf,
} from '../../contracts/client/model-registry-state.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';

export type ChainOptions = {
  /** viem's transport; several endpoints compared or in turn are a matter of it. */
  readonly transport: Transport;
  readonly chainId: number;
  /** Address of the ModelRegistry: the one thing that is trusted. */
  readonly modelRegistry: string;
  readonly finality: Finality;
};

/** Up to which block the chain is read: the last one, or the last that no reorganisation takes back. */
export type Finality = 'latest' | 'finalized';

/** What the chain says of a version. */
export type ChainVersion = {
  readonly version: number;
  readonly modelDigest: Digest;
  /** The last published version when this one was read. */
  readonly latest: number;
  /** Unix seconds of its publication; undefined for any but the last version. */
  readonly publishedAt: number | undefined;
  readonly network: Digest;
};

const NO_NETWORK = '0'.repeat(64);

/** The chain as the client reads it. Versions and committees are never changed, so reads at different blocks agree. */
export class Chain {
  readonly #reader: ChainReader;
  readonly #options: ChainOptions;
  #chainChecked: Promise<void> | undefined;

  constructor(options: ChainOptions) {
    const chain = defineChain({
      id: options.chainId,
      name: `eip155:${options.chainId}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    });
    this.#reader = createPublicClient({
      chain,
      transport: options.transport,
      cacheTime: 0,
      experimental_blockTag: options.finality,
    });
    this.#options = options;
  }

  /** @throws BallastError `CHAIN_ID_MISMATCH`, `NETWORK_NOT_INITIALISED`, `CHAIN_REQUEST_FAILED`. */
  async head(): Promise<ChainHead> {
    await this.#requireChain();
    const head = await chainHead(this.#reader, this.#options.modelRegistry);
    if (head.network !== NO_NETWORK) return head;
    const { modelRegistry } = this.#options;
    throw new BallastError(
      'NETWORK_NOT_INITIALISED',
      `model registry ${modelRegistry}: it names no network yet`,
      {
        metadata: { modelRegistry },
      },
    );
  }

  /**
   * @throws ContractRevertError `VERSION_UNKNOWN` for a version that is not published.
   * @throws BallastError as {@link head}.
   */
  async version(wanted: number | 'latest'): Promise<ChainVersion> {
    const { network } = await this.head();
    const last = await latestModel(this.#reader, this.#options.modelRegistry);
    if (wanted === 'latest' || wanted === last.version) return { ...last, latest: last.version, network };
    const modelDigest = await modelDigestOf(this.#reader, this.#options.modelRegistry, wanted);
    return { version: wanted, modelDigest, latest: last.version, publishedAt: undefined, network };
  }

  /** @throws ContractRevertError `EPOCH_UNKNOWN`. */
  committeeRoot(epoch: number): Promise<Digest> {
    return committeeRootOf(this.#reader, this.#options.modelRegistry, epoch);
  }

  /** Commitment to the BLS keys of an epoch; undefined where its members vote with ECDSA. */
  committeeKeys(epoch: number): Promise<Digest | undefined> {
    return committeeKeysOf(this.#reader, this.#options.modelRegistry, epoch);
  }

  /** Unix seconds of the last block, whatever block is read: a model ages while its blocks become final. */
  async now(): Promise<number> {
    return Number((await this.#block('latest')).timestamp);
  }

  async parameter(
    contracts: { readonly controller: string; readonly parameterRegistry: string },
    id: Digest,
  ): Promise<ParameterState> {
    const { number } = await this.#block(this.#options.finality);
    return parameterState(this.#reader, contracts, id, Number(number));
  }

  #block(blockTag: Finality) {
    return chainRequest(`read the ${blockTag} block`, () => this.#reader.getBlock({ blockTag }));
  }

  /** Asked once: an endpoint of another chain would answer from a stranger's contract. */
  #requireChain(): Promise<void> {
    this.#chainChecked ??= this.#checkChain().catch((error: unknown) => {
      this.#chainChecked = undefined;
      throw error;
    });
    return this.#chainChecked;
  }

  async #checkChain(): Promise<void> {
    const { chainId } = this.#options;
    const given = await chainRequest('read the chain id', () => this.#reader.getChainId());
    if (given === chainId) return;
    throw new BallastError('CHAIN_ID_MISMATCH', `chain: the endpoint serves ${given}, expected ${chainId}`, {
      metadata: { given, expected: chainId },
      hint: 'give the endpoint of the chain that the network is on',
    });
  }
}

/** A transport to one JSON-RPC endpoint. */
export const endpoint = (rpcUrl: string): Transport => http(rpcUrl);
