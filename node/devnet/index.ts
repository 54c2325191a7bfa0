export { type DevnetEvent, runDevnet } from './devnet.ts';
export type { DevnetOptions } from './options.ts';
