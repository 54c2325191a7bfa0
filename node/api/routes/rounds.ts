import { z } from 'zod';
import type { Certificate } from '../../../coordinator/index.ts';
import { roundJson, roundSummaryJson } from '../certificates.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import { integerText, pageQuery, roundPage, round as roundSchema } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { CERTIFICATE_ANSWERS, certificateAnswer } from './certificate-answers.ts';
import { EXAMPLES } from './examples.ts';

const params = z.strictObject({ round: integerText(1, Number.MAX_SAFE_INTEGER) });

export function roundRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/rounds',
      operationId: 'listRounds',
      summary: 'Decided rounds, the newest first',
      tag: 'rounds',
      query: pageQuery,
      answers: json(roundPage, EXAMPLES.roundPage),
      errors: ['NOT_READY'],
      handle: async ({ query: { limit, before } }) => {
        const { head, certificate } = source();
        const first = Math.min(head().round, (before ?? Number.MAX_SAFE_INTEGER) - 1);
        const last = Math.max(1, first - limit + 1);
        const found = await Promise.all(
          Array.from({ length: Math.max(0, first - last + 1) }, (_, i) => certificate(first - i)),
        );
        const items = found.filter((item) => item !== undefined).map(roundSummaryJson);
        return { body: { items, next: first >= 1 && last > 1 ? last : null } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rounds/{round}',
      operationId: 'getRound',
      summary: 'One round: who took part, who was left out, and how it ended',
      tag: 'rounds',
      params,
      answers: json(roundSchema, EXAMPLES.round),
      errors: ['ROUND_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { round } }) => {
        const found = await requireRound(source(), round);
        return { body: roundJson(found, await source().committee(found.entry.epoch)) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rounds/{round}/certificate',
      operationId: 'getRoundCertificate',
      summary: 'The certificate of a round, also of one that published nothing',
      tag: 'rounds',
      params,
      answers: CERTIFICATE_ANSWERS,
      errors: ['ROUND_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { round }, type }) =>
        certificateAnswer(await requireRound(source(), round), type),
    }),
  ];
}

async function requireRound(source: ApiSource, round: number): Promise<Certificate> {
  const newest = source.head().round;
  const found = round > newest ? undefined : await source.certificate(round);
  if (found !== undefined) return found;
  throw new ApiError('ROUND_UNKNOWN', `round ${round} is not known here; the newest is ${newest}`, {
    metadata: { round, newest },
  });
}
