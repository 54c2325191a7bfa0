import { runSeed, type SeedResult } from './run-seed.ts';

/** Seeds that were tried, and the first that broke a promise. */
export type Found = { readonly tried: number; readonly broken: SeedResult | undefined };

/** Runs seeds from 1 on until one breaks a promise. */
export async function findBroken(seeds: number): Promise<Found> {
  for (let seed = 1; seed <= seeds; seed++) {
    const result = await runSeed({ seed });
    if (result.violations.length > 0) return { tried: seed, broken: result };
  }
  return { tried: seeds, broken: undefined };
}
