export { askedToTrain, historyOf, type SelectionTerms } from './asked.ts';
export { type History, importanceScore, SCORE_PARTS, type SelectionCandidate } from './score.ts';
export { type Selection, selectionCount, selectParticipants } from './select.ts';
export {
  parseStrategy,
  requireSelection,
  type SamplingStatement,
  SELECTION_STRATEGIES,
  type SelectionOptions,
  type SelectionStrategy,
  samplingOf,
} from './strategy.ts';
