import { z } from 'zod';
import { toHex } from '../../../protocol/digest.ts';
import { committeeJson } from '../certificates.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import { committee, digest, integerText, network, node, offences, proof } from '../schemas/index.ts';
import type { ApiSource, ApiStatus } from '../source.ts';
import { madeOnce } from '../steady.ts';
import { EXAMPLES } from './examples.ts';
import { readinessBody } from './health.ts';

export function nodeRoutes(source: () => ApiSource, status: ApiStatus): Route[] {
  const committeeOnce = madeOnce(committeeJson);
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
        const { node, network, role, head: headOf, certificate } = source();
        const head = headOf();
        const epoch = head.round === 0 ? 0 : ((await certificate(head.round))?.entry.epoch ?? 0);
        const readiness = readinessBody(status);
        const standing = (await source().standing()) ?? null;
        const update = (await source().update()) ?? null;
        return {
          body: { node, network, epoch, role: role(), head: plainHead(head), readiness, standing, update },
        };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/evidence',
      operationId: 'getEvidence',
      summary: 'Proofs that this node keeps: who broke which rule',
      tag: 'node',
      answers: json(offences, EXAMPLES.offences),
      errors: ['NOT_READY'],
      handle: () => ({ body: { items: source().offences() } }),
    }),
    route({
      method: 'GET',
      path: '/v1/evidence/{evidence}',
      operationId: 'getProof',
      summary: 'One proof with its bytes, to be checked by anybody',
      tag: 'node',
      params: z.strictObject({ evidence: digest }),
      answers: json(proof, EXAMPLES.proof),
      errors: ['EVIDENCE_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { evidence } }) => {
        const offence = source()
          .offences()
          .find((each) => each.evidence === evidence);
        const bytes = offence && (await source().proof(evidence));
        if (offence === undefined || bytes === undefined) {
          throw new ApiError('EVIDENCE_UNKNOWN', `evidence ${evidence}: not kept here`, {
            metadata: { evidence },
          });
        }
        return { body: { ...offence, proof: toHex(bytes) } };
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
        return { body: committeeOnce(found), isSteady: true };
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
