import { createPrng } from '../../node/data/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { Coverage } from './coverage.ts';
import { allocated } from './heap.ts';
import { type FuzzRandom, mutate, pick } from './mutate.ts';
import { ALLOCATED_PER_BYTE, ALLOCATION, type FuzzTarget } from './target.ts';

export type FuzzOptions = {
  readonly cases: number;
  readonly seed: number;
  /** Hears of what has been done so far. */
  readonly onProgress?: (done: number, corpus: number) => void;
};

/** An input on which something gave way. */
export type Finding = {
  readonly target: string;
  readonly input: Uint8Array;
  /** What happened. */
  readonly reason: string;
};

export type FuzzReport = {
  readonly cases: number;
  /** Inputs that were taken, not refused, by target. */
  readonly taken: ReadonlyMap<string, number>;
  /** How often each code refused. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Inputs kept because they reached a block that none before had. */
  readonly kept: number;
  /** The most that one input of any target allocated, in bytes. */
  readonly largestAllocation: number;
  readonly findings: readonly Finding[];
};

/** Inputs between two looks at the coverage. */
const BATCH = 64;
/** The most inputs that a target's corpus grows to. */
const MAX_CORPUS = 2_000;
/** Findings after which a run has said enough. */
const MAX_FINDINGS = 10;

/**
 * Feeds changed inputs to targets, one after the other, and keeps those that reach new code. The draws follow from the
 * seed; which inputs are kept follows from the coverage.
 */
export async function fuzz(
  targets: readonly FuzzTarget[],
  { cases, seed, onProgress }: FuzzOptions,
  coverage: Coverage,
): Promise<FuzzReport> {
  const random = createPrng(seed, 0xf022);
  const corpora = new Map(targets.map(({ name, corpus }) => [name, [...corpus]]));
  const tally: Tally = { taken: new Map(), refusals: new Map(), findings: [], largest: 0 };
  for (const target of targets) for (const input of target.corpus) await take(target, input, tally);
  await coverage.fresh();
  let done = 0;
  let kept = 0;
  while (done < cases && tally.findings.length < MAX_FINDINGS) {
    for (const target of targets) {
      const corpus = corpora.get(target.name) ?? [];
      const batch = Array.from({ length: Math.min(BATCH * (target.weight ?? 1), cases - done) }, () =>
        next(target, corpus, random),
      );
      for (const input of batch) await take(target, input, tally);
      done += batch.length;
      const fresh = await coverage.fresh();
      if (fresh.length === 0 || corpus.length >= MAX_CORPUS) continue;
      corpus.push(await reaching(target, batch, fresh, coverage));
      kept += 1;
    }
    onProgress?.(done, kept);
  }
  return {
    cases: done,
    taken: tally.taken,
    refusals: tally.refusals,
    kept,
    largestAllocation: tally.largest,
    findings: tally.findings,
  };
}

/** Feeds one input once more. @returns what gave way, if anything did. */
export async function replay(target: FuzzTarget, input: Uint8Array): Promise<Finding | undefined> {
  const tally: Tally = { taken: new Map(), refusals: new Map(), findings: [], largest: 0 };
  await take(target, input, tally);
  return tally.findings[0];
}

/** The input of a batch that reached these blocks, by halves. */
async function reaching(
  target: FuzzTarget,
  batch: readonly Uint8Array[],
  blocks: readonly string[],
  coverage: Coverage,
): Promise<Uint8Array> {
  let left = batch;
  while (left.length > 1) {
    const half = left.slice(0, left.length >> 1);
    for (const input of half) await replay(target, input);
    left = (await coverage.hasRun(blocks)) ? half : left.slice(half.length);
  }
  return left[0] ?? new Uint8Array();
}

function next(target: FuzzTarget, corpus: readonly Uint8Array[], random: FuzzRandom): Uint8Array {
  // The latest are where the new code is.
  const recent = corpus.slice(-16);
  const from = pick(random, random.uniform() < 0.3 ? recent : corpus) ?? new Uint8Array();
  const changed = mutate(from, corpus, random);
  return target.finish?.(changed, random) ?? changed;
}

type Tally = {
  readonly taken: Map<string, number>;
  readonly refusals: Map<string, number>;
  readonly findings: Finding[];
  largest: number;
};

async function take(target: FuzzTarget, input: Uint8Array, tally: Tally): Promise<void> {
  const { name } = target;
  let { reason, refusal, grown } = await fed(target, input);
  if (refusal !== undefined) tally.refusals.set(refusal, (tally.refusals.get(refusal) ?? 0) + 1);
  else tally.taken.set(name, (tally.taken.get(name) ?? 0) + 1);
  const bound = (target.allocation ?? ALLOCATION) + input.length * ALLOCATED_PER_BYTE;
  // A cache that grows, or code that is compiled, is no input's doing: that comes again every time.
  for (let again = 0; grown > bound && again < ALLOCATION_TRIES; again++)
    grown = Math.min(grown, (await fed(target, input)).grown);
  tally.largest = Math.max(tally.largest, grown);
  if (grown > bound) reason ??= `allocated ${grown} bytes for ${input.length}, expected at most ${bound}`;
  if (reason !== undefined) note(tally.findings, { target: name, input, reason });
}

/** So often an input has to allocate too much before it is one that does. */
const ALLOCATION_TRIES = 3;

type Fed = {
  readonly reason: string | undefined;
  /** The code of the refusal; undefined for what was taken. */
  readonly refusal: string | undefined;
  /** Bytes allocated meanwhile: a collection in between makes it less, never more. */
  readonly grown: number;
};

async function fed(target: FuzzTarget, input: Uint8Array): Promise<Fed> {
  const before = allocated();
  let [reason, refusal]: [string | undefined, string | undefined] = [undefined, undefined];
  try {
    // No turn is given up for a target that needs none.
    const fed = target.feed(input);
    reason = fed instanceof Promise ? await fed : fed;
  } catch (error) {
    if (error instanceof BallastError) refusal = error.code;
    else reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return { reason, refusal, grown: allocated() - before };
}

/** The shortest input for each thing that gave way. */
function note(findings: Finding[], finding: Finding): void {
  const kindOf = ({ target, reason }: Finding) => `${target} ${reason.replace(/\d+/g, '').slice(0, 400)}`;
  const known = findings.findIndex((other) => kindOf(other) === kindOf(finding));
  const shorter = findings[known];
  if (shorter === undefined) findings.push(finding);
  else if (finding.input.length < shorter.input.length) findings[known] = finding;
}
