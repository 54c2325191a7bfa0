import { isCertified } from '../../coordinator/certificate.ts';
import { createPrng } from '../../node/data/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { decodeCanonical, type Encodable, encodeCanonical } from '../../protocol/encoding.ts';
import { World, type WorldReport } from '../world/world.ts';
import { OUTSIDER, resigned } from './door.ts';
import { held } from './heap.ts';
import { FUZZED_MEMBER, fuzzedWorld, signersOf } from './honest-run.ts';
import { below, type FuzzRandom, mutate, mutateValue, pick } from './mutate.ts';

export type WorldFuzzReport = {
  readonly cases: number;
  readonly runs: number;
  /** How often each code refused. */
  readonly refusals: ReadonlyMap<string, number>;
  /** Bytes by which the heap grew from the end of the first run to that of the last. */
  readonly growth: number;
  /** What went against the network's promises, with the run that it happened in. */
  readonly findings: readonly { readonly run: number; readonly reason: string }[];
};

export type WorldFuzzOptions = {
  readonly cases: number;
  readonly seed: number;
  /** Of the first run. */
  readonly from?: number;
};

/** Caches of digests and names are bounded, and fill up first. */
const MAX_GROWTH = 96 << 20;
/** Messages thrown at the nodes of one run. */
export const CASES_OF_A_RUN = 500;
const ROUNDS = 2;
const LIMIT_MS = 300_000;
/** Messages heard last, from which others are made. */
const MEMORY = 64;

/**
 * Whole members in virtual time, at whom a stranger throws what it makes of the messages that it hears; it has the key
 * of one of the four, all that the committee bears. No node may throw, the rounds must end, and what is certified must
 * be one entry a round with a quorum of votes.
 */
export async function fuzzWorlds({ cases, seed, from = 0 }: WorldFuzzOptions): Promise<WorldFuzzReport> {
  const refusals = new Map<string, number>();
  const findings: { run: number; reason: string }[] = [];
  const runs = Math.ceil(cases / CASES_OF_A_RUN);
  let before = 0;
  for (let run = from; run < from + runs; run++) {
    const report = await fuzzWorld(seed, run);
    for (const [code, times] of report.refusals) refusals.set(code, (refusals.get(code) ?? 0) + times);
    for (const reason of await breaches(report, seed, run)) findings.push({ run, reason });
    if (run === from) before = held();
  }
  const growth = held() - before;
  if (growth > MAX_GROWTH)
    findings.push({
      run: from,
      reason: `${growth} bytes are held after ${runs} runs, expected ${MAX_GROWTH}`,
    });
  return { cases: runs * CASES_OF_A_RUN, runs, refusals, growth, findings };
}

async function fuzzWorld(seed: number, run: number): Promise<WorldReport> {
  const name = `fuzz/${seed}/${run}`;
  const random = createPrng(seed, run, 0xf022);
  const heard: Uint8Array[] = [];
  const world = new World(
    fuzzedWorld(name, {
      onSaid: (_, bytes) => {
        heard.push(bytes);
        if (heard.length > MEMORY) heard.shift();
      },
    }),
  );
  const member = signersOf(name)[FUZZED_MEMBER];
  const signers = member === undefined ? [OUTSIDER] : [OUTSIDER, member, member];
  let left = CASES_OF_A_RUN;
  const throwOne = () => {
    const heardOne = pick(random, heard);
    if (heardOne !== undefined) {
      const bytes = resigned(changedMessage(heardOne, heard, random), signers, random);
      const to = pick(random, world.nodes)?.nodeId;
      world.network.broadcast(OUTSIDER.nodeId, bytes, (node) => node === to);
      left -= 1;
    }
    if (left > 0) world.scheduler.after(5 + below(random, 25), throwOne);
  };
  world.scheduler.after(10, throwOne);
  return world.run(ROUNDS, LIMIT_MS);
}

/** Mostly what a message says is changed and not its envelope, so that it comes in at the door. */
function changedMessage(bytes: Uint8Array, others: readonly Uint8Array[], random: FuzzRandom): Uint8Array {
  if (random.uniform() < 0.3) return mutate(bytes, others, random);
  try {
    const envelope = decodeCanonical(bytes) as { readonly [key: string]: Encodable };
    const donor = decodeCanonical(pick(random, others) ?? bytes);
    const payload = mutateValue(envelope.payload ?? null, donor, random);
    const view = random.uniform() < 0.2 ? below(random, 3) : (envelope.view ?? 0);
    return encodeCanonical({ ...envelope, payload, view });
  } catch {
    return bytes;
  }
}

async function breaches(report: WorldReport, seed: number, run: number): Promise<string[]> {
  const found: string[] = report.errors.map((error) =>
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
  if (!report.reached) found.push(`${ROUNDS} rounds were not done in ${LIMIT_MS} ms`);
  for (const place of report.contradictions) found.push(`an honest node said two things: ${place}`);
  const name = `fuzz/${seed}/${run}`;
  const { scheme } = fuzzedWorld(name).operators(0);
  const network = digestOf('ballast/simulation/network', { seed: name });
  for (const [round, certificates] of report.certificates) {
    if (certificates.length > 1) found.push(`round ${round} has ${certificates.length} certified entries`);
    for (const certificate of certificates)
      if (!(await isCertified(certificate, network, report.committee, scheme)))
        found.push(`round ${round} ended without a quorum's votes`);
  }
  return found;
}
