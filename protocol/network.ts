import * as z from 'zod';
import { type Digest, digestOf } from './digest.ts';
import { type Encodable, encodeCanonical } from './encoding.ts';
import { closestWord, UsageError } from './errors.ts';
import { bigCount, count, digest, firstIssue } from './schema.ts';

const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/, 'expected a lower-case address (0x and 40 hexadecimal digits)');
const milliseconds = z.int().min(1).max(3_600_000);
/** Wad as a decimal string: JSON has no integers of that size. */
const decimal = bigCount;
const positive = z.number().positive().max(Number.MAX_SAFE_INTEGER, 'expected at most 2^53 − 1');

const parameters = z.strictObject({
  /**
   * The aggregation's text, such as `nnm+trimmed-mean+fedadam:lr=0.1`, read where it is used; and f: the liars that it
   * assumes among the sealed updates.
   */
  rule: z.strictObject({ name: z.string().max(200), f: count }),
  update: z.strictObject({
    /** L2 bound of a whole update, in units of weights: of all heads of the model together. */
    clipNorm: positive,
    /** The fixed-point grid has steps of 2^−gridBits. */
    gridBits: z.int().min(1).max(30),
    /** Refuse updates beyond the bound. Off only to measure what it saves. */
    normCheck: z.boolean(),
    /** Updates travel as their largest coordinates in int8, the rest in a later round; as they are where left out. */
    compression: z
      .strictObject({
        /** Share of the coordinates that an update keeps, at least one. */
        keep: z.number().gt(0).max(1),
      })
      .optional(),
  }),
  privacy: z.strictObject({
    unit: z.enum(['record', 'node', 'none']),
    relation: z.enum(['add-remove', 'replace']),
    /** σ of the noise as a multiple of the clip norm; 0 without noise. */
    noiseMultiplier: z.number().min(0).max(1e6),
    /** L2 bound of one record's gradient, over all heads together: what the noise is sized by. */
    recordClipNorm: positive,
    epsilonBudget: positive,
    delta: z.number().gt(0).lt(1),
    /**
     * What one record is: a UTC day of examples where left out, or a disjoint block of whole days that nothing outside
     * enters. A block must hold a feature's warm-up of up to three days, a day of examples and a day of labels.
     */
    record: z.strictObject({ kind: z.literal('block'), days: z.int().min(5).max(366) }).optional(),
  }),
  training: z.strictObject({
    localSteps: z.int().min(1).max(10_000),
    learningRate: positive,
    /** The public divisor of a noisy gradient sum: the true number of records is private. */
    nominalRecords: z.int().min(1),
    /** μ of FedProx: how strongly local training is pulled back to the last version's weights; 0 where left out. */
    proximal: z.number().min(0).max(1e6).optional(),
    /**
     * q: each record takes part in a local step with this probability, drawn in secret by its node; all of them where
     * left out. The divisor of a step's sum is then q · nominalRecords.
     */
    samplingRate: z.number().gt(0).max(1).optional(),
  }),
  /** A candidate is rejected when its public score is worse than the last version's by more than the dead band. */
  gate: z.strictObject({
    enabled: z.boolean(),
    deadBand: z.number().min(0).max(1),
    /**
     * The most that a candidate may be worse with any head on any collateral, as a share, whatever dead band the head
     * has; no bound beside the dead bands where left out.
     */
    worstPair: z.number().min(0).max(1).optional(),
  }),
  timeouts: z.strictObject({
    collectMs: milliseconds,
    fetchMs: milliseconds,
    /** From the seal to a decision, per view. */
    viewMs: milliseconds,
    resendMs: milliseconds,
  }),
  /** How the stability fee follows the forecast; its bounds, step and cooldown stand on the chain. */
  fee: z.strictObject({
    /** K, in wad: by how much of the yearly rate the fee answers one wad of forecast deviation. */
    gain: decimal,
    /** Forecast deviations up to this many wad change nothing. */
    deadBand: decimal,
  }),
  /** Blocks between the finalised height that members reported at the seal and the next beacon's block. */
  beaconLag: z.int().min(1).max(1000),
  /**
   * Blocks from one round's beacon to the next one's: where a round is sealed within them, less the lag, nobody has
   * any say in the next beacon. A late round's beacon is so many blocks later, or twice as many, and so on. 1 where
   * left out: the beacon then always follows the seal by the lag.
   */
  beaconInterval: z.int().min(1).max(10_000).optional(),
  /**
   * Epochs of so many rounds, each with a committee drawn from the registered nodes, sized for so large a corrupt share
   * of them. One committee for ever where left out.
   */
  committee: z
    .strictObject({
      epochRounds: z.int().min(1).max(1_000_000),
      /** A multiple of 0.0001. */
      corruptShare: z.number().min(0).max(0.3333),
    })
    .optional(),
  retention: z.strictObject({ rounds: z.int().min(1) }),
  /**
   * Proofs of training: each node takes so many audited steps on public rows in every round, and opens so many of them,
   * chosen by the next beacon. None where left out.
   */
  audit: z
    .strictObject({ steps: z.int().min(1).max(1_024), challenged: z.int().min(1).max(1_024) })
    .refine(
      ({ steps, challenged }) => challenged <= steps,
      'expected at most as many challenged steps as steps',
    )
    .optional(),
  /** Who trains in a round: a share of the nodes, chosen by the beacon, and never fewer than `min`; all where left out. */
  selection: z
    .strictObject({
      strategy: z.enum(['uniform', 'round-robin', 'importance', 'resource-aware']),
      share: z.number().gt(0).max(1),
      min: z.int().min(1).max(4_096),
    })
    .optional(),
  /** How offenders come back: the rounds of a first quarantine, 60 where left out; each further one is twice as long. */
  standing: z.strictObject({ quarantineRounds: z.int().min(1).max(100_000) }).optional(),
});

/** The most that a model's description may take, canonically encoded. */
const MAX_MODEL_BYTES = 32_768;

function isModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  try {
    return encodeCanonical(value as Encodable).length <= MAX_MODEL_BYTES;
  } catch {
    return false;
  }
}

const network = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'expected 1 to 32 of a-z, 0-9 and -'),
  /** CAIP-2 chain id, such as eip155:1. */
  chain: z.string().regex(/^eip155:[1-9]\d{0,17}$/, 'expected a CAIP-2 chain id such as eip155:1'),
  contracts: z.strictObject({
    nodeRegistry: address,
    modelRegistry: address,
    parameterRegistry: address,
    controller: address,
  }),
  bootstrap: z.array(z.string().max(200)).max(64),
  genesis: z.strictObject({
    modelDigest: digest,
    layout: digest,
    /** The first round's beacon is the randomness of this block. */
    beaconHeight: count,
  }),
  /**
   * What is trained: heads, features and public numbers, read by those who know models. Here only a JSON object with a
   * canonical encoding of bounded size.
   */
  model: z.custom<{ readonly [key: string]: Encodable }>(
    isModel,
    `expected a JSON object of at most ${MAX_MODEL_BYTES} bytes`,
  ),
  parameters,
});

/** The document `network.json`: what every node of a network agrees on. */
export type NetworkDocument = z.infer<typeof network>;
export type NetworkParameters = z.infer<typeof parameters>;

/** The hash of the document, part of everything that is signed. */
export function networkId(document: NetworkDocument): Digest {
  return digestOf('ballast/network/1', document as Encodable);
}

/**
 * @param value parsed JSON.
 * @throws UsageError `NETWORK_DOCUMENT`: field, what was expected and, for an unknown key, the nearest known one.
 */
export function parseNetworkDocument(value: unknown): NetworkDocument {
  const parsed = network.safeParse(value);
  if (parsed.success) return parsed.data;
  // A misspelt key is also a missing one: the misspelling is what helps.
  const issue = parsed.error.issues.find(({ code }) => code === 'unrecognized_keys');
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const close = closestWord(key, knownKeys(issue.path.map(String)));
    const place = [...issue.path.map(String), key].join('.');
    throw new UsageError('NETWORK_DOCUMENT', `network document: ${place}: unknown key`, {
      metadata: { field: place },
      ...(close === undefined ? {} : { hint: `did you mean "${close}"?` }),
    });
  }
  const { field, expectation } = firstIssue(parsed.error);
  throw new UsageError('NETWORK_DOCUMENT', `network document: ${field}: ${expectation}`, {
    metadata: { field },
  });
}

function knownKeys(path: readonly string[]): string[] {
  let schema: unknown = network;
  for (const step of path) schema = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
