export { readConfigText } from './config-text.ts';
export { type EffectiveValue, effectiveValues } from './effective.ts';
export { type Environment, environmentAssignments } from './environment.ts';
export { configKeys, variableOf } from './keys.ts';
export { type Assignment, assignmentsOf, type Layered, layered } from './layers.ts';
export { redacted } from './redact.ts';
export { parseSettings } from './settings.ts';
