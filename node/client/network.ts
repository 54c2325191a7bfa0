import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { layoutHash } from '../../protocol/layout.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { createModel, parseModelSpec, type StabilityModel } from '../models/index.ts';
import type { ChainOptions } from './chain.ts';
import { JSON_TYPE, type Nodes } from './nodes.ts';
import { verifyNetwork } from './verify.ts';

/** What a network agreed on at its start, as its id on the chain confirms it. */
export type Network = {
  readonly id: Digest;
  readonly document: NetworkDocument;
  /** Made of the document's `model`: heads, layout and the public numbers that a forecast needs. */
  readonly model: StabilityModel;
};

const MAX_DOCUMENT_BYTES = 1 << 18;

/**
 * The document of network `id`, from the caller or from a node.
 *
 * @param given the caller's own document, if any: no node is then asked.
 * @throws NoNodeServedError; BallastError `NETWORK_ID_MISMATCH` for the caller's own document; `NETWORK_ANCHOR_MISMATCH`
 *   for a document of another registry or chain; UsageError `NETWORK_DOCUMENT`, `MODEL_SPEC` for one that this version
 *   of the client cannot read.
 */
export async function fetchNetwork(
  id: Digest,
  given: NetworkDocument | undefined,
  chain: ChainOptions,
  nodes: Nodes,
  signal?: AbortSignal,
): Promise<Network> {
  const document = given === undefined ? await fetchDocument(id, nodes, signal) : requireId(given, id);
  requireAnchor(document, chain);
  const model = createModel(parseModelSpec(document.model));
  const layout = layoutHash(model.layout);
  if (layout !== document.genesis.layout) {
    throw contradiction(
      'genesis.layout',
      document.genesis.layout,
      `${layout}, the hash of its model's layout`,
    );
  }
  return { id, document, model };
}

async function fetchDocument(id: Digest, nodes: Nodes, signal?: AbortSignal): Promise<NetworkDocument> {
  const request = { path: '/v1/network', accept: JSON_TYPE, maxBytes: MAX_DOCUMENT_BYTES, signal };
  const served = await nodes.fetch('network document', request, (node, bytes) =>
    verifyNetwork(node, bytes, id),
  );
  return served.value;
}

function requireId(document: NetworkDocument, expected: Digest): NetworkDocument {
  const given = networkId(document);
  if (given === expected) return document;
  throw new BallastError(
    'NETWORK_ID_MISMATCH',
    `network: the document given hashes to ${given}, the registry on the chain names ${expected}`,
    { metadata: { given, expected }, hint: 'the document is of another network or of an earlier draft' },
  );
}

/** The registry named this network; the network must name the registry too, and the chain. */
function requireAnchor({ chain, contracts }: NetworkDocument, anchor: ChainOptions): void {
  const expected = `eip155:${anchor.chainId}`;
  if (chain !== expected) throw contradiction('chain', chain, expected);
  if (contracts.modelRegistry !== anchor.modelRegistry) {
    throw contradiction('contracts.modelRegistry', contracts.modelRegistry, anchor.modelRegistry);
  }
}

function contradiction(field: string, given: string, expected: string): BallastError {
  return new BallastError(
    'NETWORK_ANCHOR_MISMATCH',
    `network document: ${field}: got ${given}, expected ${expected}`,
    {
      metadata: { field, given, expected },
      hint: 'check chainId and modelRegistry against what the network publishes about itself',
    },
  );
}
