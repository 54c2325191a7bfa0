import type { Hex, LocalAccount } from 'viem';
import {
  type ChainReader,
  type ChainWriter,
  chainHead,
  committeeOperators,
  createReader,
  createWriter,
  isSignedBy,
  publishModel,
  roundDecisionDigest,
  signRoundDecision,
} from '../../contracts/client/index.ts';
import {
  type BeaconSource,
  type Certificate,
  type CommitScheme,
  type Committee,
  createCommittee,
  decisionOf,
} from '../../coordinator/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { pause } from './pause.ts';

const POLL_MS = 400;

/** A network's chain, seen and written by one operator. */
export class ChainLink {
  readonly document: NetworkDocument;
  readonly network: Digest;
  readonly reader: ChainReader;
  readonly writer: ChainWriter;
  readonly account: LocalAccount;
  readonly #chainId: number;

  private constructor(
    document: NetworkDocument,
    account: LocalAccount,
    reader: ChainReader,
    writer: ChainWriter,
    chainId: number,
  ) {
    this.document = document;
    this.network = networkId(document);
    this.account = account;
    this.reader = reader;
    this.writer = writer;
    this.#chainId = chainId;
  }

  /**
   * @throws UsageError `CHAIN_MISMATCH` when the endpoint serves another chain, or the contracts another network.
   */
  static async open(document: NetworkDocument, rpcUrl: string, account: LocalAccount): Promise<ChainLink> {
    const chainId = Number(document.chain.slice('eip155:'.length));
    const endpoint = { rpcUrl, chainId, pollingIntervalMs: POLL_MS };
    const link = new ChainLink(
      document,
      account,
      createReader(endpoint),
      createWriter(endpoint, account),
      chainId,
    );
    const served = await link.reader.getChainId().catch((cause: unknown) => {
      throw new UsageError(
        'CHAIN_UNREACHABLE',
        `--rpc: got no answer, expected the chain ${document.chain}`,
        { cause },
      );
    });
    if (served !== chainId) {
      throw new UsageError('CHAIN_MISMATCH', `--rpc: got chain eip155:${served}, expected ${document.chain}`);
    }
    const head = await chainHead(link.reader, document.contracts.modelRegistry);
    if (head.network !== link.network) {
      throw new UsageError(
        'CHAIN_MISMATCH',
        `model registry: got network ${head.network.slice(0, 12)}, expected ${link.network.slice(0, 12)}`,
        {
          hint: 'the network document is not the one that the contracts were initialised with',
        },
      );
    }
    return link;
  }

  /** @throws BallastError `COMMITTEE_MISMATCH` when the registry never held the committee that the chain names. */
  async committee(): Promise<Committee> {
    const { nodeRegistry, modelRegistry } = this.document.contracts;
    const head = await chainHead(this.reader, modelRegistry);
    const operators = await committeeOperators(this.reader, nodeRegistry, head.committeeRoot);
    if (operators === undefined) {
      throw new BallastError(
        'COMMITTEE_MISMATCH',
        `committee: no state of the node registry is the committee of epoch ${head.epoch}`,
      );
    }
    return createCommittee(
      head.epoch,
      operators.map(({ node, signer }) => ({ node, signer })),
    );
  }

  get commitScheme(): CommitScheme {
    const domain = { chainId: this.#chainId, contract: this.document.contracts.modelRegistry };
    return {
      sign: (decision) => signRoundDecision(this.account, domain, decision),
      verify: (decision, signer, signature) =>
        isSignedBy(roundDecisionDigest(domain, decision), signature, signer),
    };
  }

  get beacon(): BeaconSource {
    return {
      randomnessAt: async (height, signal) => {
        await this.#until(async () => (await this.finalized()) >= height, signal);
        const block = await this.reader.getBlock({ blockNumber: BigInt(height) });
        return block.mixHash.slice(2);
      },
    };
  }

  /** Height of the last final block. */
  async finalized(): Promise<number> {
    const block = await this.reader.getBlock({ blockTag: 'finalized' });
    return Number(block.number);
  }

  /** Unix seconds of a block. */
  async timestampAt(height: number): Promise<number> {
    const block = await this.reader.getBlock({ blockNumber: BigInt(height) });
    return Number(block.timestamp);
  }

  /** Tells of every new final height until the signal fires; an endpoint that fails is asked again. */
  async watchFinalized(told: (height: number) => void, signal: AbortSignal): Promise<void> {
    let last = -1;
    await this.#until(async () => {
      const height = await this.finalized();
      if (height > last) told(height);
      last = height;
      return false;
    }, signal);
  }

  async publishedVersion(): Promise<number> {
    return (await chainHead(this.reader, this.document.contracts.modelRegistry)).version;
  }

  /** Resolves when the chain has the version. */
  async awaitVersion(version: number, signal: AbortSignal): Promise<void> {
    await this.#until(async () => (await this.publishedVersion()) >= version, signal);
  }

  /** @returns the transaction, or null where somebody else had published the version. */
  async publish(
    { entry, view, signatures }: Certificate,
    committee: Committee,
    signal: AbortSignal,
  ): Promise<Hex | null> {
    const published = await publishModel(
      this.reader,
      this.writer,
      this.document.contracts.modelRegistry,
      {
        decision: decisionOf(this.network, entry, view),
        committee: committee.members.map(({ signer }) => signer),
        signatures,
      },
      { signal },
    );
    return published.status === 'published' ? published.transactionHash : null;
  }

  /** Resolves when `done` does so with true; rejects when the signal fires. */
  async #until(done: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const isDone = await done().catch(() => false);
      if (isDone) return;
      await pause(POLL_MS, signal);
    }
  }
}
