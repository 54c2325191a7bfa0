export { type DevnetCollaborators, type DevnetEvent, type DevnetSummary, runDevnet } from './devnet.ts';
export type { DevnetOptions } from './options.ts';
