export { isDiskFault, StoreError, type StoreErrorCode } from './errors.ts';
export { FailStopStore, type NodeStore } from './fail-stop-store.ts';
export { LevelStore } from './level-store.ts';
