import { stateDigest } from '../aggregation/state.ts';
import { type NetworkDocument, networkId } from '../protocol/network.ts';
import { genesisHead, type Head } from './entry.ts';
import { genesisState, type RoundAggregator } from './round-aggregator.ts';

/**
 * The log's root as a network's document fixes it: the genesis model, and the state that its aggregation begins with
 * for a model of `size` weights.
 */
export function networkGenesis(document: NetworkDocument, aggregator: RoundAggregator, size: number): Head {
  const { modelDigest, beaconHeight } = document.genesis;
  return genesisHead(
    networkId(document),
    modelDigest,
    beaconHeight,
    stateDigest(genesisState(aggregator, size)),
  );
}
