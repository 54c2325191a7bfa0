import type { Hex } from 'viem';
import { chainRequest } from '../../contracts/client/errors.ts';
import {
  type ChainReader,
  type ChainWriter,
  exitCall,
  exitNode,
  operatorRecord,
  type WaitOptions,
  withdrawalCall,
  withdrawBond,
} from '../../contracts/client/index.ts';
import type { Call } from '../../contracts/client/transact.ts';
import { type Cost, costOf, requireBalance } from './chain.ts';
import { OperatorError } from './errors.ts';
import { stillUnbonding } from './register.ts';

/** What comes next on the way out: leave, or take the bond when its time has come. */
export type ExitPlan = {
  readonly step: 'exit' | 'withdraw';
  readonly call: Call;
  /** Wei. */
  readonly bond: bigint;
  readonly cost: Cost;
};

export type Exit = {
  readonly step: 'exit' | 'withdraw';
  readonly transactionHash: Hex;
  readonly bond: bigint;
  /** Unix seconds from which the bond may be withdrawn. */
  readonly withdrawableAt: number;
};

/** @throws OperatorError `NOT_REGISTERED`; `STILL_UNBONDING` with the time from which the bond is due. */
export async function planExit(
  reader: ChainReader,
  nodeRegistry: string,
  owner: `0x${string}`,
): Promise<ExitPlan> {
  const { status, bond, withdrawableAt } = await operatorRecord(reader, nodeRegistry, owner);
  if (status === 'none') {
    throw new OperatorError('NOT_REGISTERED', `${owner}: owns no registration in ${nodeRegistry}`, {
      metadata: { owner, nodeRegistry },
      hint: 'give the owner of the bond, not the node’s hot address',
    });
  }
  if (status === 'exiting') {
    const { timestamp } = await chainRequest('read the time', () => reader.getBlock());
    if (Number(timestamp) < withdrawableAt) throw stillUnbonding(owner, withdrawableAt);
  }
  const step = status === 'active' ? 'exit' : 'withdraw';
  const call = step === 'exit' ? exitCall(nodeRegistry) : withdrawalCall(nodeRegistry);
  const cost = await chainRequest(`estimate ${step}`, () => costOf(reader, owner, call));
  return { step, call, bond, cost };
}

/**
 * Takes the next step of the writer's operator on its way out.
 *
 * @throws OperatorError as {@link planExit}, `BALANCE_TOO_LOW`; ContractRevertError.
 */
export async function exitOperator(
  reader: ChainReader,
  writer: ChainWriter,
  nodeRegistry: string,
  wait: WaitOptions = {},
): Promise<Exit> {
  const owner = writer.account.address;
  const { step, bond, cost } = await planExit(reader, nodeRegistry, owner);
  requireBalance(owner, cost);
  const send = step === 'exit' ? exitNode : withdrawBond;
  const { transactionHash } = await send(reader, writer, nodeRegistry, wait);
  const { withdrawableAt } = await operatorRecord(reader, nodeRegistry, owner);
  return { step, transactionHash, bond, withdrawableAt };
}
