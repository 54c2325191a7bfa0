export * from './encoding.ts';
export * from './fates.ts';
export * from './fold.ts';
export * from './next.ts';
export * from './participation.ts';
export * from './table.ts';
export * from './tiers.ts';
