import type { Hex, LocalAccount } from 'viem';
import {
  blsCommitScheme,
  blsKeysAt,
  type ChainReader,
  type ChainWriter,
  type CommitteeRotation,
  ContractRevertError,
  chainHead,
  committeeBlsKeys,
  committeeKeysOf,
  committeeOperators,
  committeeRootOf,
  createReader,
  createWriter,
  isSignedBy,
  operatorsAt,
  publishModel,
  restoreRequestAt,
  rotateCommittee,
  roundDecisionDigest,
  signRoundDecision,
  transactionsOf,
  type Votes,
} from '../../contracts/client/index.ts';
import {
  type BeaconSource,
  BLS_COMMITTEE_SIZE,
  type Certificate,
  type CommitScheme,
  type Committee,
  createCommittee,
  decisionOf,
  positionsOf,
  type RosterSource,
} from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import { type Digest, fromHex, toHex } from '../../protocol/digest.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { type Call, ChainEndpoints } from './chain-endpoints.ts';
import type { BlockId, ChainSource } from './chain-source.ts';
import { RotationScheme } from './committee-rotation.ts';
import { pause } from './pause.ts';

const POLL_MS = 400;
const REQUEST_TIMEOUT_MS = 5_000;
/** What the model registry says before it is initialised. */
const NO_NETWORK = '0'.repeat(64);
/** The votes of 40 members over some rounds: each comes by itself and again in every certificate of its round. */
const VERIFIED_KEPT = 512;

export type ChainLinkOptions = {
  /** Ends every request. */
  readonly signal?: AbortSignal;
  /** Why nothing may be sent just now; asked before each transaction. */
  readonly held?: () => string | undefined;
  /** Of one request to one endpoint; 5 s unless given. */
  readonly timeoutMs?: number;
  /** 32 bytes of the operator's BLS key, for committees that vote with BLS; without it this node abstains there. */
  readonly blsSecret?: Uint8Array;
  /** The most that a unit of gas may cost, in wei; 500 gwei unless given. */
  readonly maxFeePerGas?: bigint;
};

const FINALIZED: Call = { method: 'eth_getBlockByNumber', params: ['finalized', false] };
const LATEST: Call = { method: 'eth_getBlockByNumber', params: ['latest', false] };
const blockAt = (height: number): Call => ({
  method: 'eth_getBlockByNumber',
  params: [`0x${height.toString(16)}`, false],
});

/** A network's chain, seen and written by one operator. */
export class ChainLink {
  readonly document: NetworkDocument;
  readonly network: Digest;
  readonly reader: ChainReader;
  readonly writer: ChainWriter;
  readonly account: LocalAccount;
  readonly #endpoints: ChainEndpoints;
  readonly #chainId: number;
  readonly #held: () => string | undefined;
  readonly #blsSecret: Uint8Array | undefined;
  /** What those who ask on and on are told differently: whoever watches the chain has to hear of it. */
  readonly #disputes = new Map<symbol, BallastError>();
  /** Signatures that were found to be valid; recovering a key takes milliseconds. */
  readonly #verified = new BoundedCache<true>(VERIFIED_KEPT);

  private constructor(
    document: NetworkDocument,
    account: LocalAccount,
    endpoints: ChainEndpoints,
    chainId: number,
    held: () => string | undefined,
    blsSecret: Uint8Array | undefined,
  ) {
    this.document = document;
    this.network = networkId(document);
    this.account = account;
    const transport = { rpcUrl: '', chainId, pollingIntervalMs: POLL_MS, transport: endpoints.transport };
    this.reader = createReader(transport);
    this.writer = createWriter(transport, account);
    this.#endpoints = endpoints;
    this.#chainId = chainId;
    this.#held = held;
    this.#blsSecret = blsSecret;
  }

  /**
   * @param rpc an endpoint, or several that are compared.
   * @throws BallastError `ENDPOINTS_DISAGREE`.
   * @throws UsageError `CHAIN_UNREACHABLE`; `CHAIN_MISMATCH` when the endpoint serves another chain, or the
   *   contracts another network.
   */
  static async open(
    document: NetworkDocument,
    rpc: string | readonly string[],
    account: LocalAccount,
    { signal, held, timeoutMs, blsSecret, maxFeePerGas }: ChainLinkOptions = {},
  ): Promise<ChainLink> {
    const chainId = Number(document.chain.slice('eip155:'.length));
    const holding = held ?? (() => undefined);
    const endpoints = new ChainEndpoints(
      { urls: typeof rpc === 'string' ? [rpc] : rpc, chainId, timeoutMs: timeoutMs ?? REQUEST_TIMEOUT_MS },
      { signal: signal ?? new AbortController().signal, held: holding },
    );
    const link = new ChainLink(document, account, endpoints, chainId, holding, blsSecret);
    if (maxFeePerGas !== undefined) transactionsOf(link.reader, link.writer, { maxFeePerGas });
    await endpoints.readTogether([]).catch((cause: unknown) => {
      if (!(cause instanceof BallastError)) throw cause;
      const what =
        cause.code === 'CHAIN_UNREACHABLE' ? `got no answer, expected the chain ${document.chain}` : '';
      if (cause.code === 'CHAIN_UNREACHABLE' || cause.code === 'CHAIN_MISMATCH')
        throw new UsageError(cause.code, `--rpc: ${what === '' ? cause.message : what}`, {
          cause,
          ...(cause.hint === undefined ? {} : { hint: cause.hint }),
        });
      throw cause;
    });
    const head = await chainHead(link.reader, document.contracts.modelRegistry);
    if (head.network === NO_NETWORK) {
      throw new UsageError('NETWORK_NOT_ACTIVE', `network ${document.name}: it has no committee yet`, {
        hint: 'whoever deployed it runs ballast activate, and hands out the final network document',
      });
    }
    if (head.network !== link.network) {
      throw new UsageError(
        'CHAIN_MISMATCH',
        `model registry: got network ${head.network.slice(0, 12)}, expected ${link.network.slice(0, 12)}`,
        {
          hint: 'the network document is not the one that was activated: take that, without a change',
        },
      );
    }
    return link;
  }

  /** The chain's present committee. @throws BallastError `COMMITTEE_MISMATCH` as {@link firstCommittee}. */
  async committee(): Promise<Committee> {
    const head = await chainHead(this.reader, this.document.contracts.modelRegistry);
    return this.#committeeOf(head.epoch, head.committeeRoot);
  }

  /**
   * The committee that the log of this network starts from: where it has epochs, that of the first, from which
   * hand-overs lead to every later one.
   *
   * @throws BallastError `COMMITTEE_MISMATCH` when the registry never held the committee that the chain names.
   */
  async firstCommittee(): Promise<Committee> {
    if (this.document.parameters.committee === undefined) return this.committee();
    const { modelRegistry } = this.document.contracts;
    return this.#committeeOf(0, await committeeRootOf(this.reader, modelRegistry, 0));
  }

  async #committeeOf(epoch: number, root: Digest): Promise<Committee> {
    const { nodeRegistry, modelRegistry } = this.document.contracts;
    const operators = await committeeOperators(this.reader, nodeRegistry, root);
    if (operators === undefined) {
      throw new BallastError(
        'COMMITTEE_MISMATCH',
        `committee: no state of the node registry is the committee of epoch ${epoch}`,
      );
    }
    const signers = operators.map(({ signer }) => signer);
    const commitment = await committeeKeysOf(this.reader, modelRegistry, epoch);
    const keys =
      commitment === undefined
        ? undefined
        : await committeeBlsKeys(this.reader, nodeRegistry, signers, commitment);
    if (commitment !== undefined && keys === undefined) {
      throw new BallastError(
        'COMMITTEE_MISMATCH',
        `committee: the node registry never had the BLS keys of epoch ${epoch}`,
      );
    }
    return createCommittee(
      epoch,
      operators.map(({ node, signer }, i) => {
        const key = keys?.[i];
        return { node, signer, ...(key === undefined ? {} : { blsKey: toHex(key) }) };
      }),
    );
  }

  /**
   * The committee of any epoch as far as the chain knows it; undefined for one that the chain has yet to rotate to, and
   * for one that was drawn from a larger roster, of which the chain has no more than the root.
   */
  async committeeAt(epoch: number): Promise<Committee | undefined> {
    if (epoch > (await this.published()).epoch) return undefined;
    const root = await committeeRootOf(this.reader, this.document.contracts.modelRegistry, epoch);
    return this.#committeeOf(epoch, root).catch((error: unknown) => {
      if (error instanceof BallastError && error.code === 'COMMITTEE_MISMATCH') return undefined;
      throw error;
    });
  }

  /**
   * The operators whose registration is proven, as of a final block, with their bonds, from the registry's events, so
   * that no endpoint needs the state of an old block; their BLS keys are read where
   * they are so many that a committee could vote with them.
   */
  get registry(): RosterSource {
    return {
      rosterAt: (height, signal) =>
        this.#first(async () => {
          const { nodeRegistry } = this.document.contracts;
          const operators = await operatorsAt(this.reader, nodeRegistry, height);
          const hasKeys = operators.length >= BLS_COMMITTEE_SIZE;
          const keys = hasKeys ? await blsKeysAt(this.reader, nodeRegistry, height) : undefined;
          return operators.map(({ node, signer, bond }) => {
            const key = keys?.get(signer);
            return { node, signer, stake: bond, ...(key === undefined ? {} : { blsKey: toHex(key) }) };
          });
        }, signal),
    };
  }

  /** Signs and checks what rotates the committee. */
  get rotations(): RotationScheme {
    const domain = { chainId: this.#chainId, contract: this.document.contracts.modelRegistry };
    return new RotationScheme(domain, this.account, this.#blsSecret);
  }

  get commitScheme(): CommitScheme {
    const domain = { chainId: this.#chainId, contract: this.document.contracts.modelRegistry };
    return {
      aggregate: blsCommitScheme(domain, this.#blsSecret),
      sign: (decision) => signRoundDecision(this.account, domain, decision),
      verify: async (decision, signer, signature) => {
        const digest = roundDecisionDigest(domain, decision);
        const key = `${digest}/${signer}/${Buffer.from(signature).toString('base64')}`;
        const isKnown = this.#verified.get(key) === true;
        const isValid = isKnown || (await isSignedBy(digest, signature, signer));
        if (isValid) this.#verified.set(key, true, 1);
        return isValid;
      },
    };
  }

  get beacon(): BeaconSource {
    return {
      randomnessAt: (height, signal) =>
        this.#first(async () => {
          const [finalized, block] = await this.#endpoints.readTogether([FINALIZED, blockAt(height)]);
          return heightOf(finalized) < height ? undefined : wordOf(block, 'mixHash').slice(2);
        }, signal),
      restoreAt: async (height, signal) => {
        const { modelRegistry } = this.document.contracts;
        const found = await this.#first(
          async () => ({ request: await restoreRequestAt(this.reader, modelRegistry, height) }),
          signal,
        );
        return found.request;
      },
    };
  }

  /** Where the chain stands, read at once from one endpoint, or as a majority of several says. */
  get source(): ChainSource {
    const endpoints = this.#endpoints;
    const requireAgreement = () => {
      const [dispute] = this.#disputes.values();
      if (dispute !== undefined) throw dispute;
    };
    return {
      get lies() {
        return endpoints.lies;
      },
      read: async (seen) => {
        requireAgreement();
        const calls = [FINALIZED, LATEST, ...(seen === undefined ? [] : [blockAt(seen)])];
        const [finalized, latest, again] = await this.#endpoints.readTogether(calls);
        return {
          finalized: blockId(finalized),
          latest: { ...blockId(latest), timestamp: Number(wordOf(latest, 'timestamp')) },
          again: again === undefined || again === null ? undefined : blockId(again),
        };
      },
      blocksAt: async (heights) => {
        const blocks = await this.#endpoints.readTogether(heights.map(blockAt));
        return blocks.map((block) => (block === null ? undefined : blockId(block)));
      },
    };
  }

  /** Why nothing may be sent to the chain just now. */
  get held(): string | undefined {
    return this.#held();
  }

  /** Resolves when transactions may be sent. */
  async free(signal: AbortSignal): Promise<void> {
    await this.#until(async () => this.held === undefined, signal);
  }

  /** Unix seconds of a block. */
  async timestampAt(height: number): Promise<number> {
    const [block] = await this.#endpoints.readTogether([blockAt(height)]);
    return Number(wordOf(block, 'timestamp'));
  }

  async publishedVersion(): Promise<number> {
    return (await this.published()).version;
  }

  /** The last version that the chain has, and the epoch whose committee may add the next. */
  async published(): Promise<{ readonly version: number; readonly epoch: number }> {
    return chainHead(this.reader, this.document.contracts.modelRegistry);
  }

  /** Resolves when the chain has the version. */
  async awaitVersion(version: number, signal: AbortSignal): Promise<void> {
    await this.#until(async () => (await this.publishedVersion()) >= version, signal);
  }

  /** @returns the transaction, or null where somebody else had published the version. */
  async publish(
    { entry, view, signatures, aggregate }: Certificate,
    committee: Committee,
    signal: AbortSignal,
  ): Promise<Hex | null> {
    const decision = decisionOf(this.network, entry, view);
    const published = await publishModel(
      this.reader,
      this.writer,
      this.document.contracts.modelRegistry,
      aggregate === undefined
        ? { decision, committee: committee.members.map(({ signer }) => signer), signatures }
        : {
            decision,
            keys: committee.members.map(({ blsKey }) => fromHex(blsKey ?? '')),
            aggregate: { signers: positionsOf(aggregate.signers), signature: aggregate.signature },
          },
      { signal },
    );
    return published.status === 'published' ? published.transactionHash : null;
  }

  /**
   * Rotates to the next committee with the outgoing one's votes.
   *
   * @returns the transaction, or null where somebody else had rotated.
   */
  async rotate(rotation: CommitteeRotation, votes: Votes, signal: AbortSignal): Promise<Hex | null> {
    const { modelRegistry } = this.document.contracts;
    const handover = { rotation, ...votes };
    try {
      const receipt = await rotateCommittee(this.reader, this.writer, modelRegistry, handover, { signal });
      return receipt.transactionHash;
    } catch (error) {
      const isOther = !(error instanceof ContractRevertError) || error.code !== 'EPOCH_MISMATCH';
      if (isOther || (await this.published()).epoch < rotation.epoch) throw error;
      return null;
    }
  }

  /** Resolves when `done` does so with true; rejects when the signal fires. */
  async #until(done: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    await this.#first(async () => ((await done()) ? true : undefined), signal);
  }

  /** What `find` finds first; while it fails it is asked again. Rejects when the signal fires. */
  async #first<T>(find: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
    const asker = Symbol('asker');
    try {
      for (;;) {
        signal.throwIfAborted();
        const found = await find().catch((error: unknown) => {
          if (error instanceof BallastError && error.code === 'ENDPOINTS_DISAGREE')
            this.#disputes.set(asker, error);
          else this.#disputes.delete(asker);
          return undefined;
        });
        if (found !== undefined) return found;
        await pause(POLL_MS, signal);
      }
    } finally {
      this.#disputes.delete(asker);
    }
  }
}

/** @throws BallastError `CHAIN_UNREACHABLE` for an endpoint that does not have what every chain has. */
function wordOf(block: unknown, field: string): string {
  const value: unknown =
    typeof block === 'object' && block !== null
      ? (block as Readonly<Record<string, unknown>>)[field]
      : undefined;
  if (typeof value === 'string') return value;
  throw new BallastError('CHAIN_UNREACHABLE', `rpc: got a block without ${field}, expected one with it`);
}

const heightOf = (block: unknown): number => Number(wordOf(block, 'number'));
const blockId = (block: unknown): BlockId => ({ height: heightOf(block), hash: wordOf(block, 'hash') });
