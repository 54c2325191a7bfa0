export { configDefaults } from './defaults.ts';
export { type EffectiveValue, effectiveValues } from './effective.ts';
export { parseEndpoints } from './endpoints.ts';
export type { Assignment } from './layers.ts';
export { readNetworkDocument } from './network-document.ts';
export { type NodeConfig, nodeConfigKeys, VARIABLE_ALIASES } from './node-config.ts';
export { type LayeredConfig, readLayeredConfig, readNodeConfig } from './read-config.ts';
