/**
 * A network's models and parameters for those who use them, in Node.js and in a browser: nothing here listens, signs
 * or stores, and nothing a node says is believed without the chain.
 */
export type { ParameterLimits, ParameterState } from '../../contracts/client/controller.ts';
export { ContractRevertError } from '../../contracts/client/errors.ts';
export { parameterId, STABILITY_FEE } from '../../contracts/client/parameters.ts';
export type { Certificate } from '../../coordinator/certificate.ts';
export type { Digest } from '../../protocol/digest.ts';
export { BallastError, UsageError } from '../../protocol/errors.ts';
export { type NetworkDocument, networkId, parseNetworkDocument } from '../../protocol/network.ts';
export type { PrivacyStatement, RoundEntry } from '../../protocol/round-entry.ts';
export { formatUnit, formatWadPercent } from '../../protocol/units.ts';
export type { PegForecast, RiskAssessment } from '../models/index.ts';
export type { Finality } from './chain.ts';
export {
  type BallastClient,
  createBallastClient,
  type ForecastOptions,
  type MadeBy,
  type RequestOptions,
  type UpdateFate,
  type WatchOptions,
} from './client.ts';
export { NodeFailure, type NodeFailureCode, NoNodeServedError } from './errors.ts';
export type { NodeEndpoint } from './http.ts';
export type { Network } from './network.ts';
export type {
  NodeModel,
  NodeParameter,
  NodePeer,
  NodePeers,
  NodeReadiness,
  NodeRound,
  NodeState,
  Page,
} from './node-answers.ts';
export {
  createNodeReader,
  type NodeReader,
  type NodeReaderOptions,
  type PageOptions,
} from './node-reader.ts';
export type { BallastClientOptions } from './options.ts';
export type { ModelVersion, VerifiedVersion } from './version.ts';
