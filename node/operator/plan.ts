import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { aggregatorOf } from '../../coordinator/index.ts';
import { layoutHash } from '../../protocol/layout.ts';
import { type NetworkDocument, parseNetworkDocument } from '../../protocol/network.ts';
import { firstIssue } from '../../protocol/schema.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { createDataClock, loadMarket, loadSeries, marketSourceSchema } from '../data/index.ts';
import { createModel, genesisOf, type ModelSpec, parseModelSpec } from '../models/index.ts';
import { defaultModelSpec } from '../training/defaults.ts';
import type { DeploymentPlan, NetworkTemplate } from './deploy.ts';
import { OperatorError } from './errors.ts';
import { suiteOf, suitePlan } from './suite-plan.ts';

const DEFAULT_BEACON_DELAY = 64;
const NO_CONTRACT = `0x${'0'.repeat(40)}`;

const schema = z.strictObject({
  name: z.string(),
  chain: z.string(),
  bootstrap: z.array(z.string()),
  /** As in a network document, which checks them. */
  parameters: z.unknown(),
  /** What is trained, as in a network document; or `fit`. */
  model: z.unknown().optional(),
  /** The default model, its public numbers fitted on these sources: the same that the nodes are configured with. */
  fit: z
    .strictObject({
      publicFeed: marketSourceSchema,
      publicMarket: marketSourceSchema.optional(),
      rounds: z.int().min(1).max(10_000),
    })
    .optional(),
  ...suitePlan,
  beaconDelay: z.int().min(1).max(100_000).optional(),
});

/**
 * Reads the file that `ballast deploy` is given, and checks all of it before anything is sent.
 *
 * @param document where the network document will be written.
 * @throws OperatorError `DEPLOYMENT_PLAN`; UsageError `NETWORK_DOCUMENT`, `MODEL_SPEC`, what `aggregatorOf` throws for
 *   the rule, and what the readers of market data throw.
 */
export async function readDeploymentPlan(
  path: string,
  document: string,
): Promise<{ readonly chain: string; readonly plan: DeploymentPlan }> {
  const parsed = schema.safeParse(await readJson(path));
  if (!parsed.success) {
    const { field, expectation } = firstIssue(parsed.error);
    throw refused(path, `${field}: ${expectation}`);
  }
  const { chain, beaconDelay = DEFAULT_BEACON_DELAY, ...rest } = parsed.data;
  const template = await templateOf(path, chain, rest);
  const plan: DeploymentPlan = { document, template, suite: suiteOf(rest), beaconDelay };
  return { chain, plan };
}

type Description = Pick<z.infer<typeof schema>, 'name' | 'bootstrap' | 'parameters' | 'model' | 'fit'>;

async function templateOf(path: string, chain: string, description: Description): Promise<NetworkTemplate> {
  const { name, bootstrap, parameters } = description;
  const spec = await specOf(path, description);
  const model = createModel(spec);
  const genesis = { modelDigest: weightsDigest(genesisOf(model)), layout: layoutHash(model.layout) };
  // Parsed as a whole document: whatever is wrong with it must be known before contracts are paid for.
  const document = parseNetworkDocument({
    name,
    chain,
    bootstrap,
    parameters,
    model: spec,
    genesis: { ...genesis, beaconHeight: 0 },
    contracts: {
      nodeRegistry: NO_CONTRACT,
      modelRegistry: NO_CONTRACT,
      parameterRegistry: NO_CONTRACT,
      controller: NO_CONTRACT,
    },
  } satisfies Record<keyof NetworkDocument, unknown>);
  aggregatorOf(document.parameters);
  const { chain: _chain, contracts: _contracts, ...template } = document;
  return { ...template, genesis };
}

async function specOf(path: string, { model, fit }: Description): Promise<ModelSpec> {
  if ((model === undefined) === (fit === undefined)) throw refused(path, 'expected either model or fit');
  if (fit === undefined) return parseModelSpec(model);
  const feed = (await loadSeries(fit.publicFeed)).series;
  const { fitting } = createDataClock(feed, { rounds: fit.rounds });
  const market =
    fit.publicMarket === undefined ? {} : { market: (await loadMarket(fit.publicMarket)).market };
  return defaultModelSpec({ feed, fitting, ...market });
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refused(path, `got nothing (${error.code}), expected a readable file`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw refused(path, 'expected JSON');
  }
}

function refused(path: string, what: string): OperatorError {
  return new OperatorError('DEPLOYMENT_PLAN', `${path}: ${what}`, {
    hint: 'ballast plan prints one',
  });
}
