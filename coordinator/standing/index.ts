export * from './encoding.ts';
export * from './fates.ts';
export * from './fold.ts';
export * from './participation.ts';
export * from './table.ts';
export * from './tiers.ts';
