export { type BinnedTable, binColumns, MOST_BINS } from './bins.ts';
export {
  BOOSTING,
  type BoostingLoss,
  type BoostingOptions,
  fitBoosting,
  MOST_DEPTH,
  MOST_TREES,
  predictBoosting,
  type TreeEnsemble,
} from './boosting.ts';
export { evaluateTree, type GrowthOptions, growTree, type Tree } from './tree.ts';
