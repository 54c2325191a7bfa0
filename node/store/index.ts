export { StoreError, type StoreErrorCode } from './errors.ts';
export { LevelStore } from './level-store.ts';
