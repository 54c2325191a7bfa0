export { binColumns } from './bins.ts';
export {
  BOOSTING,
  type BoostingOptions,
  fitBoosting,
  MOST_DEPTH,
  MOST_TREES,
  predictBoosting,
  type TreeEnsemble,
} from './boosting.ts';
