import {
  ContractRevertError,
  explanationDigest,
  openParameterProposal,
  type ParameterState,
  submitParameterProposal,
  suiteOf,
  VALUE_LIMIT,
} from '../../contracts/client/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { FeeDecision } from '../controller/index.ts';
import type { ChainLink } from './chain-link.ts';
import type { Emit } from './events.ts';

/** What the bridge says where there is nothing to do: another was first, or this operator has proposed today. */
const DONE: ReadonlySet<string> = new Set([
  'PROPOSAL_OPEN',
  'SUBMITTED_TOO_SOON',
  'WITHIN_LIMITS',
  'NOT_PROPOSER',
]);
/** The most that the bridge takes. */
const MAX_URI_BYTES = 256;

/**
 * Puts a wish that no model may follow before governance: a proposal in the bridge, with the wished value as it was
 * before any limit. A parameter has one open proposal; while it has, nothing is sent.
 *
 * @param round whose recommendation it was.
 */
export async function proposeWish(
  link: ChainLink,
  round: number,
  state: ParameterState,
  { wish, explanation }: FeeDecision,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { min, max } = state.limits;
  // A parameter cannot hold more, nor less than nothing.
  const value = wish < 0n ? 0n : wish >= VALUE_LIMIT ? VALUE_LIMIT - 1n : wish;
  if ((value >= min && value <= max) || value === state.value) return;
  const { reader, writer, document } = link;
  const { governance: bridge } = await suiteOf(reader, document.contracts.parameterRegistry);
  // A network may be governed by an account, which takes no proposals.
  if ((await reader.getCode({ address: bridge })) === undefined) return;
  if ((await openParameterProposal(reader, bridge, state.parameter)) !== undefined) return;
  try {
    const receipt = await submitParameterProposal(
      reader,
      writer,
      bridge,
      {
        parameter: state.parameter,
        value,
        justification: explanationDigest(explanation),
        uri: justificationUri(explanation, `${link.network}/${round}`),
        urgency: 'routine',
      },
      { signal },
    );
    const open = await openParameterProposal(reader, bridge, state.parameter);
    emit({
      event: 'proposed',
      round,
      proposal: open === undefined ? null : String(open.number),
      current: String(state.value),
      value: String(value),
      transaction: receipt.transactionHash,
    });
  } catch (error) {
    const isDone = error instanceof ContractRevertError && DONE.has(error.code);
    // Nothing is sent while the chain cannot be trusted; a later round wishes again.
    const isHeld = error instanceof BallastError && error.code === 'CHAIN_HELD';
    if (!isDone && !isHeld) throw error;
  }
}

/** The explanation itself where it fits, so that its digest can be checked by anybody; else where it was said. */
function justificationUri(explanation: string, place: string): string {
  const uri = `data:,${encodeURIComponent(explanation)}`;
  return uri.length <= MAX_URI_BYTES ? uri : `ballast:${place}`;
}
