import { z } from 'zod';
import { collateralName } from '../../protocol/gate-pair.ts';
import { marketSourceSchema } from '../data/index.ts';
import { expectedListenAddress, isListenAddress } from '../network/listen-address.ts';
import { ENGINE_NAMES } from '../training/index.ts';
import { MAX_COLLATERALS } from './collaterals.ts';

const engineNames = [...ENGINE_NAMES] as [string, ...string[]];

/** Endpoints of one chain that are compared. */
export const endpointsSchema = z
  .array(z.url())
  .min(1)
  .max(8)
  .refine(
    (urls) => new Set(urls).size === urls.length,
    'expected each endpoint once: one cannot prove itself',
  );

const listenAddress = z.string().superRefine((text, context) => {
  if (!isListenAddress(text)) context.addIssue({ code: 'custom', message: expectedListenAddress(text) });
});

/** The keys of a node's configuration that its runtime reads. */
export const runtimeConfigSchema = z.strictObject({
  /** URL of the chain's JSON-RPC endpoint, or of several that are compared. */
  rpc: z.union([z.url(), endpointsSchema]),
  /** The most that a unit of gas may cost, in gwei; 500 unless given. */
  maxGasPriceGwei: z.number().min(0.001).max(1_000_000).optional(),
  /** Where the node keeps its log, votes, ledger and bodies. */
  dataDir: z.string().min(1),
  /** TCP multiaddrs; a free port on localhost unless given. */
  listen: z.array(listenAddress).min(1).optional(),
  /** TCP multiaddrs that others are told in place of those, behind a router for one. */
  announce: z.array(z.string()).min(1).max(8).optional(),
  /** The rows that this node trains on and shares with nobody. */
  slice: marketSourceSchema,
  /** The rows that everybody knows. */
  publicFeed: marketSourceSchema,
  /** The volatile asset that this node trains the risk head on; without it its updates leave that head as it is. */
  market: marketSourceSchema.optional(),
  /** The volatile asset that everybody knows; a network with a risk head needs it. */
  publicMarket: marketSourceSchema.optional(),
  /** Further public collaterals, on which the gate judges every head too; all members name the same. */
  collaterals: z
    .array(
      z.strictObject({
        name: collateralName,
        feed: marketSourceSchema.optional(),
        market: marketSourceSchema.optional(),
      }),
    )
    .max(MAX_COLLATERALS)
    .optional(),
  engine: z.enum(engineNames).optional(),
  /** How rounds are aggregated; the bits are the same whatever is chosen. */
  aggregation: z
    .strictObject({
      kernels: z.enum(['auto', 'simd', 'plain']).optional(),
      /** Threads for what is large; as many as the machine has cores, at most 8, unless given. */
      threads: z.int().min(1).max(64).optional(),
    })
    .optional(),
  privacy: z
    .strictObject({
      /** ε that this node gives at most; the network's unless given, and never more. */
      epsilonBudget: z.number().positive(),
    })
    .optional(),
  /** Whether this node has the circuit breaker observe when it is due; it does not unless given. */
  breaker: z.strictObject({ observe: z.boolean() }).optional(),
  /** What others have done against the rules. */
  evidence: z
    .strictObject({
      /** Hands proofs to the slasher, at the cost of the hot key; false unless given. */
      report: z.boolean(),
    })
    .optional(),
  /** A model that forecasts beside the published one and moves nothing: a model file, or `version:N`. */
  shadow: z.string().min(1).max(4096).optional(),
  /** Computes and tells what it would send, and sends nothing; false unless given. */
  dryRun: z.boolean().optional(),
  /** The last round to take part in: public data is laid out over this many. */
  rounds: z.int().min(1).max(10_000),
  /** Keeps the bodies, models and transcripts of all rounds. */
  archive: z.boolean().optional(),
});

/** What a node's runtime is started with. */
export type RuntimeConfig = z.infer<typeof runtimeConfigSchema>;
