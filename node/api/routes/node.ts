import { z } from 'zod';
import { committeeJson } from '../certificates.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import { committee, integerText, network, node } from '../schemas/index.ts';
import type { ApiSource, ApiStatus } from '../source.ts';
import { EXAMPLES } from './examples.ts';
import { readinessBody } from './health.ts';

export function nodeRoutes(source: () => ApiSource, status: ApiStatus): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/network',
      operationId: 'getNetwork',
      summary: 'The network document and its id',
      tag: 'node',
      answers: json(network, EXAMPLES.network),
      errors: ['NOT_READY'],
      handle: () => ({ body: { id: source().network, document: source().document } }),
    }),
    route({
      method: 'GET',
      path: '/v1/node',
      operationId: 'getNode',
      summary: 'This node: how far it is, and its problems',
      tag: 'node',
      answers: json(node, EXAMPLES.node),
      errors: ['NOT_READY'],
      handle: async () => {
        const { node, network, head: headOf, certificate } = source();
        const head = headOf();
        const epoch = head.round === 0 ? 0 : ((await certificate(head.round))?.entry.epoch ?? 0);
        return { body: { node, network, epoch, head: plainHead(head), readiness: readinessBody(status) } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/committees/{epoch}',
      operationId: 'getCommittee',
      summary: 'Who votes in an epoch; compare its root with the chain',
      tag: 'node',
      params: z.strictObject({ epoch: integerText(0, Number.MAX_SAFE_INTEGER) }),
      answers: json(committee, EXAMPLES.committee),
      errors: ['COMMITTEE_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { epoch } }) => {
        const found = await source().committee(epoch);
        if (found === undefined) {
          throw new ApiError('COMMITTEE_UNKNOWN', `epoch ${epoch}: its committee is not known here`, {
            metadata: { epoch },
          });
        }
        return { body: committeeJson(found) };
      },
    }),
  ];
}

/** A head may carry more one day; the answer has what its schema says. */
const plainHead = ({
  round,
  entry,
  version,
  modelDigest,
  nextBeaconHeight,
}: ReturnType<ApiSource['head']>) => ({
  round,
  entry,
  version,
  modelDigest,
  nextBeaconHeight,
});
