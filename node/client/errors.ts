import { BallastError, type ErrorDetails } from '../../protocol/errors.ts';

/** What a node did: it could not be asked, it did not have it, or what it served is not what the chain says. */
export type NodeFailureCode =
  /** No connection, or it broke off. */
  | 'NODE_UNREACHABLE'
  | 'NODE_TIMEOUT'
  /** An HTTP status other than 200 and 404. */
  | 'NODE_STATUS'
  | 'NODE_REDIRECTED'
  | 'NODE_RESPONSE_TOO_LARGE'
  | 'NODE_RESPONSE_MALFORMED'
  /** The chain has it and this node does not: it is behind, or has let go of what is old. */
  | 'NODE_BEHIND'
  /** The document does not hash to the network id on the chain. */
  | 'NETWORK_ID_MISMATCH'
  /** The signers are not those whose root is on the chain. */
  | 'COMMITTEE_ROOT_MISMATCH'
  /** The BLS keys are not those that the chain has a commitment to. */
  | 'COMMITTEE_KEYS_MISMATCH'
  /** No node serves the committee that this node's certificate names. */
  | 'COMMITTEE_NOT_SERVED'
  /** The certificate is of another version, model or outcome. */
  | 'CERTIFICATE_MISMATCH'
  /** Fewer valid signatures of distinct members than the quorum. */
  | 'CERTIFICATE_QUORUM'
  /** The updates are not those whose root the certified entry has. */
  | 'ROLL_MISMATCH'
  /** The bytes do not hash to the digest on the chain. */
  | 'WEIGHTS_DIGEST_MISMATCH'
  /** The bytes are not as many weights as the network's layout has. */
  | 'WEIGHTS_LAYOUT_MISMATCH';

/** One node's failure to serve one thing. The client goes on to the next node. */
export class NodeFailure extends BallastError<NodeFailureCode> {
  override readonly name = 'NodeFailure';
  /** Base URL of the node. */
  readonly node: string;

  constructor(code: NodeFailureCode, node: string, message: string, details: ErrorDetails = {}) {
    super(code, `${node}: ${message}`, { ...details, metadata: { node, ...details.metadata } });
    this.node = node;
  }

  /** Whether what the node served contradicts the chain: it lies, or is of another network. */
  get isContradiction(): boolean {
    return /_MISMATCH$|_QUORUM$/.test(this.code);
  }
}

/** No node served something that the chain confirms. `failures` says why, one a node, in the order they were asked. */
export class NoNodeServedError extends BallastError<'NO_NODE_SERVED'> {
  override readonly name = 'NoNodeServedError';
  readonly failures: readonly NodeFailure[];

  constructor(what: string, failures: readonly NodeFailure[]) {
    const reasons = failures.map(({ node, code }) => `${node} (${code})`).join(', ');
    super(
      'NO_NODE_SERVED',
      `${what}: none of ${failures.length} nodes served it as the chain has it: ${reasons}`,
      {
        metadata: { what, failures: failures.map((failure) => failure.toObject()) },
        hint: 'add a node that keeps this version, or wait until one has caught up with the chain',
        cause: failures.at(-1),
      },
    );
    this.failures = failures;
  }
}
