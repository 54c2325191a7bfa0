export * from './common.ts';
export * from './error.ts';
export * from './models.ts';
export * from './node.ts';
export * from './parameters.ts';
export * from './predictions.ts';
export * from './privacy.ts';
export * from './rounds.ts';
