import { UsageError } from '../../protocol/errors.ts';

export type OperatorErrorCode =
  | 'RPC_UNREACHABLE'
  | 'CHAIN_MISMATCH'
  | 'BALANCE_TOO_LOW'
  | 'NOT_REGISTERED'
  | 'REGISTERED_DIFFERENTLY'
  | 'STILL_UNBONDING'
  | 'DEPLOYMENT_PLAN'
  | 'DEPLOYMENT_PLAN_CHANGED'
  | 'DEPLOYMENT_STATE'
  | 'NOT_DEPLOYED'
  | 'NETWORK_ALREADY_ACTIVE'
  | 'TOO_FEW_OPERATORS'
  | 'TOO_MANY_OPERATORS';

/** Something an operator or deployer has to see to first. One line, with what to do. */
export class OperatorError extends UsageError<OperatorErrorCode> {}
