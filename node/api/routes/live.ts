import { json, type Route, route } from '../route.ts';
import { chain, currentRound, peers } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { LIVE_EXAMPLES } from './live-examples.ts';

/** What changes from second to second. */
export function liveRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/rounds/current',
      operationId: 'getCurrentRound',
      summary: 'The round in progress as this node sees it: who has sent, who has voted',
      tag: 'rounds',
      answers: json(currentRound, LIVE_EXAMPLES.currentRound),
      errors: ['NOT_READY'],
      handle: () => ({ body: source().currentRound() }),
    }),
    route({
      method: 'GET',
      path: '/v1/peers',
      operationId: 'listPeers',
      summary: 'The peers that this node is connected to, with their scores and refusals',
      tag: 'node',
      answers: json(peers, LIVE_EXAMPLES.peers),
      errors: ['NOT_READY'],
      handle: () => ({ body: source().peers() }),
    }),
    route({
      method: 'GET',
      path: '/v1/chain',
      operationId: 'getChain',
      summary: 'How far the chain is that this node follows, and how long ago it moved',
      tag: 'node',
      answers: json(chain, LIVE_EXAMPLES.chain),
      errors: ['NOT_READY'],
      handle: () => ({ body: source().chain() }),
    }),
  ];
}
