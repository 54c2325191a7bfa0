export { type FeeDecision, type FeeRule, type Hold, nextFee, toMicroBp } from './fee-controller.ts';
