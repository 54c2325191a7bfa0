import { disputeWindowOf, modelAuthority, reviewedModels } from '../../contracts/client/index.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { ChainLink } from './chain-link.ts';

/** The version that recommendations after a round rest on. */
export type CitedModel = {
  readonly version: number;
  readonly modelDigest: Digest;
  /** Whether a later version is disputed: then only what reduces risk may be done. */
  readonly isContested: boolean;
  /** Models that may be cited after later rounds, and must not be forgotten: nothing where the newest is cited. */
  readonly kept: readonly Digest[];
};

type Decided = { readonly version: number; readonly modelDigest: Digest; readonly finalized: number };

/**
 * What to cite after a round. Without a dispute window it is the round's own version, which counts at once. With one
 * it is the last Active version as of the block that the seal anchored, so that all members cite the same one.
 */
export class CitedModels {
  readonly #link: Pick<ChainLink, 'reader' | 'document'>;
  #window: number | undefined;

  constructor(link: Pick<ChainLink, 'reader' | 'document'>) {
    this.#link = link;
  }

  /** @throws BallastError `CHAIN_REQUEST_FAILED`, and what the link's endpoints throw. */
  async after({ version, modelDigest, finalized }: Decided): Promise<CitedModel> {
    const { reader, document } = this.#link;
    const { modelRegistry } = document.contracts;
    this.#window ??= await disputeWindowOf(reader, modelRegistry);
    if (this.#window === 0) return { version, modelDigest, isContested: false, kept: [] };
    const [authority, reviewed] = await Promise.all([
      modelAuthority(reader, modelRegistry, finalized),
      reviewedModels(reader, modelRegistry, finalized),
    ]);
    return { ...authority, kept: [...new Set([authority.modelDigest, ...reviewed])] };
  }

  /** Whether the chain takes a citation only once it has the round's own version. */
  get isNewest(): boolean {
    return this.#window === 0;
  }
}
