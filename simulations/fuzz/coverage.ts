import { Session } from 'node:inspector/promises';

/** Which blocks of this project's code have run, as V8 counts them in this very process. */
export interface Coverage {
  /** Blocks that have run since the last call, and never before that. */
  fresh(): Promise<readonly string[]>;
  /** Whether one of these blocks has run since the last call. */
  hasRun(blocks: readonly string[]): Promise<boolean>;
  /** Blocks that have run so far. */
  readonly blocks: number;
  stop(): Promise<void>;
}

const PROJECT = new URL('../../', import.meta.url).href;

/**
 * V8's precise block coverage. Begun before the code under test is loaded, so that its functions are compiled with
 * counters.
 */
export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set<string>();
  const ran = async (): Promise<Set<string>> => {
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const blocks = new Set<string>();
    for (const { url, scriptId, functions } of result) {
      if (!isUnderTest(url)) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) blocks.add(`${scriptId}:${startOffset}-${endOffset}`);
    }
    return blocks;
  };
  return {
    fresh: async () => {
      const blocks = [...(await ran())].filter((block) => !seen.has(block));
      for (const block of blocks) seen.add(block);
      return blocks;
    },
    hasRun: async (blocks) => {
      const now = await ran();
      return blocks.some((block) => now.has(block));
    },
    get blocks() {
      return seen.size;
    },
    stop: async () => {
      await session.post('Profiler.stopPreciseCoverage');
      session.disconnect();
    },
  };
}

/** Without it every input is as good as any other. */
export const NO_COVERAGE: Coverage = {
  fresh: async () => [],
  hasRun: async () => false,
  blocks: 0,
  stop: async () => {},
};

function isUnderTest(url: string): boolean {
  if (!url.startsWith(PROJECT)) return false;
  const path = url.slice(PROJECT.length);
  return !path.startsWith('node_modules/') && !path.startsWith('simulations/') && !path.includes('/test/');
}
