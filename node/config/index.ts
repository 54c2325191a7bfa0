export { readConfigText } from './config-text.ts';
export { type EffectiveValue, effectiveValues, type Fallback } from './effective.ts';
export { type Environment, environmentAssignments } from './environment.ts';
export { type ConfigKey, configKeys, variableOf } from './keys.ts';
export { type Assignment, assignmentsOf, isGroup, type Layered, layered } from './layers.ts';
export { redacted } from './redact.ts';
export { parseSettings } from './settings.ts';
export { parseValue } from './text-value.ts';
