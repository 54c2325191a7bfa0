import type { Participant } from '../../coordinator/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import { encodeWeights } from '../../protocol/vectors.ts';
import { ApiError, type ApiSource, createPredictor, type VersionReport } from '../api/index.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import type { NodeView, PublicMarket } from '../runtime/index.ts';
import type { ChainParameters } from './chain-parameters.ts';
import { versionReport } from './version-report.ts';

/** Resampling takes a tenth of a second, so a version is reported on once. */
const REPORTS_KEPT = 64;

export type ApiSourceParts = {
  readonly node: NodeId;
  readonly network: string;
  readonly view: () => NodeView;
  readonly parameters: ChainParameters;
};

/** What the HTTP interface reads, taken from the running node at the time of each request. */
export function createApiSource({ node, network, view, parameters }: ApiSourceParts): ApiSource {
  const { document } = view();
  const model = createModel(parseModelSpec(document.model));
  const reports = new BoundedCache<Promise<VersionReport | undefined>>(REPORTS_KEPT);

  const participant = (): Participant => {
    const running = view().participant;
    if (running === undefined) throw notReady(view());
    return running;
  };
  const market = (): PublicMarket => {
    const known = view().market;
    if (known === undefined) throw notReady(view());
    return known;
  };
  const versionOf = async (version: number) => {
    if (version === 0) {
      return { entry: undefined, stands: { version, modelDigest: document.genesis.modelDigest, round: 0 } };
    }
    const round = await participant().roundOf(version);
    const certificate = round === undefined ? undefined : await participant().certificate(round);
    if (certificate === undefined) return undefined;
    const { entry } = certificate;
    return { entry, stands: { version, modelDigest: entry.modelDigest, round: entry.round } };
  };
  const report = async (version: number): Promise<VersionReport | undefined> => {
    const found = await versionOf(version);
    const weights = found && (await participant().weights(found.stands.modelDigest));
    if (found === undefined || weights === undefined) return undefined;
    const { heldOut, heldOutIntervals } = market();
    return versionReport(
      found.stands,
      heldOut(weights),
      heldOutIntervals(weights),
      found.entry?.privacy ?? null,
    );
  };
  const current = async () => {
    const { head } = participant();
    const weights = await participant().weights(head.modelDigest);
    if (weights === undefined) throw notReady(view());
    return { version: head.version, modelDigest: head.modelDigest, weights };
  };
  const known = () => market().known(participant().head.round + 1);

  return {
    document,
    network,
    node,
    head: () => {
      const { head } = view();
      if (head === undefined) throw notReady(view());
      return head;
    },
    certificate: (round) => participant().certificate(round),
    roundOf: (version) => participant().roundOf(version),
    weights: async (digest) => {
      const weights = await participant().weights(digest);
      return weights === undefined ? undefined : encodeWeights(weights);
    },
    report: (version) => {
      const known = reports.get(String(version));
      if (known !== undefined) return known;
      const made = report(version);
      // What is not there yet may be there the next time.
      void made
        .then((found) => found !== undefined && reports.set(String(version), made, 1))
        .catch(() => undefined);
      return made;
    },
    committee: async (epoch) => {
      const { committee } = view();
      return committee?.epoch === epoch ? committee : undefined;
    },
    parameters: async () => {
      const { link } = view();
      if (link === undefined) throw notReady(view());
      return parameters.read(link).catch((cause: unknown) => {
        const reason = cause instanceof BallastError ? cause.code : 'no answer';
        throw new ApiError('NOT_READY', `the chain cannot be read: ${reason}`, { retryAfter: 2 });
      });
    },
    predict: createPredictor({ model, current, known }),
  };
}

function notReady({ readiness }: NodeView): ApiError {
  return new ApiError('NOT_READY', `the node is not up: ${readiness.reason}`, { retryAfter: 1 });
}
