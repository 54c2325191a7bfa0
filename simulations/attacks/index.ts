export { alie, alieDeviation } from './alie.ts';
export {
  type Attack,
  type AttackNeeds,
  type AttackOptions,
  type AttackView,
  PERTURBATIONS,
  type Perturbation,
} from './attack.ts';
export { fangKrum } from './fang-krum.ts';
export { fangTrimmedMean } from './fang-trimmed-mean.ts';
export { gaussian } from './gaussian.ts';
export { ipm } from './ipm.ts';
export { labelFlip } from './label-flip.ts';
export { type LineSearch, lineMaximum } from './line-search.ts';
export { lyingWeight } from './lying-weight.ts';
export { mimic } from './mimic.ts';
export { minMax, minSum } from './min-max.ts';
export { optAlie, optIpm } from './optimised.ts';
export { type AttackEntry, type AttackName, attackEntry, attackNames, createAttack } from './registry.ts';
export { signFlip } from './sign-flip.ts';
export { zero } from './zero.ts';
