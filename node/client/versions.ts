import type { Certificate } from '../../coordinator/certificate.ts';
import type { Committee } from '../../coordinator/committee.ts';
import type { Roll, RollRow } from '../../coordinator/roll.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { decodeWeights } from '../../protocol/vectors.ts';
import type { Chain, ChainOptions, ChainVersion } from './chain.ts';
import { NodeFailure, NoNodeServedError } from './errors.ts';
import type { Network } from './network.ts';
import { BYTES_TYPE, JSON_TYPE, type Nodes, type Served } from './nodes.ts';
import {
  type CommitteeClaim,
  readCertificate,
  verifyCommittee,
  verifyRoll,
  verifyRow,
  verifySignatures,
  verifyWeights,
} from './verify.ts';

const MAX_CERTIFICATE_BYTES = 1 << 18;
const MAX_COMMITTEE_BYTES = 1 << 16;
/** 4,096 updates, each a node, a digest and a fate. */
const MAX_ROLL_JSON_BYTES = 1 << 20;
/** A row and 32 hashes. */
const MAX_ROW_JSON_BYTES = 1 << 12;
/** Versions, committees and weights that are kept: none of them ever changes. */
const KEPT = 8;

/** Fetches certificates and weights from nodes and checks them against the chain. */
export class Versions {
  readonly #chain: Chain;
  readonly #anchor: ChainOptions;
  readonly #nodes: Nodes;
  readonly #certificates = new BoundedCache<Served<Certificate>>(KEPT);
  readonly #committees = new BoundedCache<Committee>(KEPT);
  readonly #rolls = new BoundedCache<Roll>(KEPT);
  readonly #weights = new BoundedCache<Served<Float64Array>>(KEPT);

  constructor(chain: Chain, anchor: ChainOptions, nodes: Nodes) {
    this.#chain = chain;
    this.#anchor = anchor;
    this.#nodes = nodes;
  }

  /**
   * The certificate of a version after genesis, with a quorum of valid signatures of its epoch's committee.
   *
   * @throws NoNodeServedError.
   */
  async certificate(wanted: ChainVersion, signal?: AbortSignal): Promise<Served<Certificate>> {
    const key = `${wanted.network}/${wanted.version}/${wanted.modelDigest}`;
    const known = this.#certificates.get(key);
    if (known !== undefined) return known;
    const { network } = wanted;
    const what = `certificate of version ${wanted.version}`;
    const path = `/v1/models/${wanted.version}/certificate`;
    const request = { path, accept: JSON_TYPE, maxBytes: MAX_CERTIFICATE_BYTES, signal };
    const served = await this.#nodes.fetch(what, request, async (node, bytes) => {
      const certificate = readCertificate(node, bytes, wanted);
      const committee = await this.#committee(node, certificate.entry.epoch, signal);
      const domain = { network, chainId: this.#anchor.chainId, contract: this.#anchor.modelRegistry };
      await verifySignatures(node, certificate, committee, domain);
      return certificate;
    });
    this.#certificates.set(key, served, 1);
    return served;
  }

  /**
   * The updates of a certified round, checked against its entry.
   *
   * @throws NoNodeServedError.
   */
  async roll({ entry }: Certificate, signal?: AbortSignal): Promise<Roll> {
    const known = this.#rolls.get(entry.updates.root);
    if (known !== undefined) return known;
    const path = `/v1/rounds/${entry.round}/roll`;
    const request = { path, accept: JSON_TYPE, maxBytes: MAX_ROLL_JSON_BYTES, signal };
    const { value } = await this.#nodes.fetch(`roll of round ${entry.round}`, request, (node, bytes) =>
      verifyRoll(node, bytes, entry),
    );
    this.#rolls.set(entry.updates.root, value, 1);
    return value;
  }

  /**
   * One row of them, checked likewise, at the cost of a few hashes.
   *
   * @throws NoNodeServedError.
   */
  async row({ entry }: Certificate, of: NodeId, signal?: AbortSignal): Promise<RollRow> {
    const path = `/v1/rounds/${entry.round}/roll/${encodeURIComponent(of)}`;
    const request = { path, accept: JSON_TYPE, maxBytes: MAX_ROW_JSON_BYTES, signal };
    const { value } = await this.#nodes.fetch(
      `row of ${of} in round ${entry.round}`,
      request,
      (node, bytes) => verifyRow(node, bytes, entry, of),
    );
    return value;
  }

  /**
   * Weights by their digest, as many as the network's model has.
   *
   * @returns a copy of its own.
   * @throws NoNodeServedError.
   */
  async weights(digest: Digest, { model }: Network, signal?: AbortSignal): Promise<Served<Float64Array>> {
    const known = this.#weights.get(digest);
    if (known !== undefined) return { ...known, value: known.value.slice() };
    const request = { path: `/v1/weights/${digest}`, accept: BYTES_TYPE, maxBytes: 8 * model.size, signal };
    const served = await this.#nodes.fetch(`weights ${digest}`, request, (node, bytes) =>
      decoded(node, verifyWeights(node, bytes, digest), model.size),
    );
    this.#weights.set(digest, served, 1);
    return { ...served, value: served.value.slice() };
  }

  /** An epoch that the chain does not know is the node's invention, not the caller's mistake. */
  async #committee(node: string, epoch: number, signal?: AbortSignal): Promise<Committee> {
    const claim = await this.#claimOf(node, epoch);
    const key = `${epoch}/${claim.root}/${claim.keys}`;
    const known = this.#committees.get(key);
    if (known !== undefined) return known;
    const request = {
      path: `/v1/committees/${epoch}`,
      accept: JSON_TYPE,
      maxBytes: MAX_COMMITTEE_BYTES,
      signal,
    };
    try {
      const { value } = await this.#nodes.fetch(`committee of epoch ${epoch}`, request, (from, bytes) =>
        verifyCommittee(from, bytes, claim),
      );
      this.#committees.set(key, value, 1);
      return value;
    } catch (cause) {
      if (!(cause instanceof NoNodeServedError)) throw cause;
      // A certificate may name an epoch whose committee nobody keeps; the next node's may not.
      throw new NodeFailure('COMMITTEE_NOT_SERVED', node, cause.message, { metadata: { epoch }, cause });
    }
  }

  async #claimOf(node: string, epoch: number): Promise<CommitteeClaim> {
    try {
      const [root, keys] = await Promise.all([
        this.#chain.committeeRoot(epoch),
        this.#chain.committeeKeys(epoch),
      ]);
      return { epoch, root, keys };
    } catch (cause) {
      if (!(cause instanceof BallastError) || cause.code !== 'EPOCH_UNKNOWN') throw cause;
      throw new NodeFailure('CERTIFICATE_MISMATCH', node, `the certificate's epoch ${epoch} has not begun`, {
        metadata: { epoch },
        cause,
      });
    }
  }
}

function decoded(node: string, bytes: Uint8Array, size: number): Float64Array {
  try {
    return decodeWeights(bytes, size);
  } catch (cause) {
    const reason = cause instanceof BallastError ? cause.message : String(cause);
    throw new NodeFailure('WEIGHTS_LAYOUT_MISMATCH', node, `weights: ${reason}`, {
      metadata: { expected: size },
      cause,
    });
  }
}
