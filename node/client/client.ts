import type { ParameterState } from '../../contracts/client/controller.ts';
import { parameterId } from '../../contracts/client/parameters.ts';
import type { RollRow } from '../../coordinator/roll.ts';
import { type Digest, isDigest } from '../../protocol/digest.ts';
import { UsageError } from '../../protocol/errors.ts';
import { assessRisk, forecastPeg, type PegForecast, type RiskAssessment } from '../models/index.ts';
import { Chain, type ChainVersion } from './chain.ts';
import { fetchNetwork, type Network } from './network.ts';
import { Nodes } from './nodes.ts';
import { type BallastClientOptions, checkOptions } from './options.ts';
import { describeVersion, type ModelVersion, requireFresh, type VerifiedVersion } from './version.ts';
import { Versions } from './versions.ts';
import { pollUntilAborted } from './watch.ts';

export type RequestOptions = {
  readonly signal?: AbortSignal;
};

export type ForecastOptions = RequestOptions & {
  /** Made with this version; with the last one, checked anew against the chain, unless given. */
  readonly version?: ModelVersion;
};

/** A node's update in a round: its digest, and `selected`, `accepted` or the code why it dropped out. */
export type UpdateFate = RollRow & { readonly round: number };

/** Which version a forecast was made with. */
export type MadeBy = { readonly version: number; readonly modelDigest: Digest };

export type WatchOptions = {
  /** Called in turn with each version that is the last when looked for; one that was soon followed may be passed over. */
  readonly onVersion: (version: ModelVersion) => void | Promise<void>;
  /** What a look failed with, or `onVersion` threw; the next look is taken all the same. */
  readonly onError?: (error: unknown) => void;
  readonly intervalMs?: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
};

/**
 * Reads a network's models and parameters. Believed is the chain alone, as its endpoint gives it: whatever a node
 * serves is checked against it, and a node that is wrong is passed over for the next.
 *
 * All methods throw `NoNodeServedError` when no node serves what the chain has, BallastError `CHAIN_…` when the
 * endpoint does not answer, and what `signal` was aborted with.
 */
export type BallastClient = {
  /** The network document whose hash is the network id on the chain. Asked for once. */
  readonly getNetwork: (options?: RequestOptions) => Promise<Network>;
  /** The certificate of a version, checked; no weights are fetched. @throws ContractRevertError `VERSION_UNKNOWN`. */
  readonly verifyVersion: (version: number | 'latest', options?: RequestOptions) => Promise<VerifiedVersion>;
  /** A version with its weights, both checked. @throws ContractRevertError `VERSION_UNKNOWN`. */
  readonly getVersion: (version: number | 'latest', options?: RequestOptions) => Promise<ModelVersion>;
  /**
   * What became of one node's update in the round that made a version: its row, proven against the certified entry.
   *
   * @throws ContractRevertError `VERSION_UNKNOWN`; UsageError `VERSION_MALFORMED` for genesis, which no round made;
   *   NoNodeServedError too where the round sealed no update of the node.
   */
  readonly getUpdate: (
    version: number | 'latest',
    node: string,
    options?: RequestOptions,
  ) => Promise<UpdateFate>;
  /** The weights that hash to `digest`, which the caller has from the chain or from a verified version. */
  readonly getWeights: (digest: Digest, options?: RequestOptions) => Promise<Float64Array>;
  /** Quantiles of the deviation from the peg in 24 h, in bp. @throws BallastError `WINDOW_…`. */
  readonly forecastPeg: (
    window: Parameters<typeof forecastPeg>[2],
    options?: ForecastOptions,
  ) => Promise<PegForecast & MadeBy>;
  /** Drawdown and volatility of the next 24 h. @throws BallastError `HEAD_ABSENT`, `WINDOW_…`. */
  readonly assessRisk: (
    markets: Parameters<typeof assessRisk>[2],
    options?: ForecastOptions,
  ) => Promise<RiskAssessment & MadeBy>;
  /**
   * A parameter's value and limits, read from the chain.
   *
   * @param id its id, or its name such as `STABILITY_FEE`.
   * @throws ContractRevertError `PARAMETER_UNKNOWN`.
   */
  readonly getParameter: (id: string, options?: RequestOptions) => Promise<ParameterState>;
  /** Looks for new versions until `signal` aborts, beginning with the last one; then it resolves. */
  readonly watchVersions: (options: WatchOptions) => Promise<void>;
};

/** About one block of Ethereum. */
const WATCH_INTERVAL_MS = 12_000;

/**
 * @example
 * const client = createBallastClient({ nodes: ['http://127.0.0.1:9470'], rpcUrl, chainId: 31337, modelRegistry });
 * const { version, weights } = await client.getVersion('latest');
 *
 * @throws UsageError `CLIENT_OPTIONS` naming the option.
 */
export function createBallastClient(options: BallastClientOptions): BallastClient {
  const checked = checkOptions(options);
  const chain = new Chain(checked.chain);
  const nodes = new Nodes(checked.nodes, checked);
  const versions = new Versions(chain, checked.chain, nodes);
  let network: Network | undefined;

  const networkOf = async (id: Digest, signal?: AbortSignal): Promise<Network> => {
    if (network?.id !== id) network = await fetchNetwork(id, checked.network, checked.chain, nodes, signal);
    return network;
  };

  const chainVersion = async (wanted: number | 'latest', signal?: AbortSignal): Promise<ChainVersion> => {
    signal?.throwIfAborted();
    const found = await chain.version(checkVersion(wanted));
    if (wanted === 'latest' && Number.isFinite(checked.maxAgeSeconds))
      requireFresh(found, await chain.now(), checked.maxAgeSeconds);
    return found;
  };

  const verify = async (found: ChainVersion, signal?: AbortSignal): Promise<VerifiedVersion> => {
    const { document } = await networkOf(found.network, signal);
    const served = found.version === 0 ? undefined : await versions.certificate(found, signal);
    const roll = served === undefined ? [] : await versions.roll(served.value, signal);
    return describeVersion(found, served, roll, document.parameters);
  };

  const getVersion = async (wanted: number | 'latest', signal?: AbortSignal): Promise<ModelVersion> => {
    const verified = await verify(await chainVersion(wanted, signal), signal);
    const weights = await versions.weights(
      verified.modelDigest,
      await networkOf(verified.network, signal),
      signal,
    );
    return { ...verified, weights: weights.value };
  };

  /** The version to forecast with, and the model that its weights belong to. */
  const modelFor = async ({ version, signal }: ForecastOptions) => {
    const made = version ?? (await getVersion('latest', signal));
    const { model } = await networkOf(made.network, signal);
    return { model, weights: made.weights, by: { version: made.version, modelDigest: made.modelDigest } };
  };

  return {
    getNetwork: async ({ signal } = {}) => networkOf((await chain.head()).network, signal),
    verifyVersion: async (wanted, { signal } = {}) => verify(await chainVersion(wanted, signal), signal),
    getVersion: (wanted, { signal } = {}) => getVersion(wanted, signal),
    getUpdate: async (wanted, node, { signal } = {}) => {
      const found = await chainVersion(wanted, signal);
      if (found.version === 0)
        throw new UsageError('VERSION_MALFORMED', 'version: got 0, expected one that a round made');
      const { value } = await versions.certificate(found, signal);
      return { round: value.entry.round, ...(await versions.row(value, node, signal)) };
    },
    getWeights: async (digest, { signal } = {}) => {
      const { network: id } = await chain.head();
      return (await versions.weights(checkDigest(digest), await networkOf(id, signal), signal)).value;
    },
    forecastPeg: async (window, forecast = {}) => {
      const { model, weights, by } = await modelFor(forecast);
      return { ...by, ...forecastPeg(model, weights, window) };
    },
    assessRisk: async (markets, forecast = {}) => {
      const { model, weights, by } = await modelFor(forecast);
      return { ...by, ...assessRisk(model, weights, markets) };
    },
    getParameter: async (id, { signal } = {}) => {
      const { document } = await networkOf((await chain.head()).network, signal);
      return chain.parameter(document.contracts, isDigest(id) ? id : parameterId(id));
    },
    watchVersions: ({ onVersion, onError = () => undefined, intervalMs = WATCH_INTERVAL_MS, signal }) => {
      let seen: Digest | undefined;
      const look = async () => {
        const found = await chainVersion('latest', signal);
        const key = `${found.version}/${found.modelDigest}`;
        if (key === seen) return;
        const version = await getVersion(found.version, signal);
        seen = key;
        await onVersion(version);
      };
      return pollUntilAborted(look, intervalMs, onError, signal);
    },
  };
}

function checkVersion(version: number | 'latest'): number | 'latest' {
  if (version === 'latest' || (Number.isSafeInteger(version) && version >= 0)) return version;
  throw new UsageError(
    'VERSION_MALFORMED',
    `version: got ${String(version)}, expected a whole number or 'latest'`,
  );
}

function checkDigest(digest: Digest): Digest {
  if (isDigest(digest)) return digest;
  throw new UsageError(
    'DIGEST_MALFORMED',
    `digest: got ${String(digest)}, expected 64 lower-case hexadecimal digits`,
  );
}
