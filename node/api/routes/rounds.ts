import { z } from 'zod';
import { type Certificate, provenRow, type Roll } from '../../../coordinator/index.ts';
import { provenRowJson, rollJson, roundJson, roundSummaryJson } from '../certificates.ts';
import { ApiError } from '../errors.ts';
import { json, type Route, route } from '../route.ts';
import {
  integerText,
  nodeId,
  pageQuery,
  provenRow as provenRowSchema,
  type RoundJson,
  type RoundSummaryJson,
  roll as rollSchema,
  roundPage,
  round as roundSchema,
} from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { madeOnce, steadyPage } from '../steady.ts';
import { CERTIFICATE_ANSWERS, certificateAnswers } from './certificate-answers.ts';
import { EXAMPLES } from './examples.ts';

const params = z.strictObject({ round: integerText(1, Number.MAX_SAFE_INTEGER) });
const rowParams = params.extend({ node: nodeId });

export function roundRoutes(source: () => ApiSource): Route[] {
  const summary = madeOnce(roundSummaryJson);
  const newest = steadyPage<RoundSummaryJson>();
  const rounds = new WeakMap<Certificate, RoundJson>();
  const answerFor = certificateAnswers();
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
        const items = found.filter((item) => item !== undefined).map(summary);
        const page = { items, next: first >= 1 && last > 1 ? last : null };
        return before === undefined ? { body: newest(page), isSteady: true } : { body: page };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rounds/{round}',
      operationId: 'getRound',
      summary: 'One round: how many took part, and how it ended',
      tag: 'rounds',
      params,
      answers: json(roundSchema, EXAMPLES.round),
      errors: ['ROUND_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { round } }) => {
        const found = await requireRound(source(), round);
        const known = rounds.get(found);
        if (known !== undefined) return { body: known, isSteady: true };
        const committee = await source().committee(found.entry.epoch);
        const body = roundJson(found, committee);
        // Without its committee a round has no leader yet.
        if (committee !== undefined) rounds.set(found, body);
        return { body, isSteady: committee !== undefined };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rounds/{round}/roll',
      operationId: 'getRoundRoll',
      summary: 'Every sealed update of a round, and what became of it',
      tag: 'rounds',
      params,
      answers: json(rollSchema, EXAMPLES.roll),
      errors: ['ROUND_UNKNOWN', 'ROLL_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { round } }) => {
        const [roll, reasons] = await Promise.all([requireRoll(source(), round), source().leftOut(round)]);
        return { body: rollJson(round, roll, reasons) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/rounds/{round}/roll/{node}',
      operationId: 'getRoundRollRow',
      summary: 'What became of one node’s update in a round, with the proof that the round’s roll says so',
      tag: 'rounds',
      params: rowParams,
      answers: json(provenRowSchema, EXAMPLES.rollRow),
      errors: ['ROUND_UNKNOWN', 'ROLL_UNKNOWN', 'ROW_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { round, node } }) => {
        const found = provenRow(await requireRoll(source(), round), node);
        if (found !== undefined) return { body: provenRowJson(round, found) };
        throw new ApiError('ROW_UNKNOWN', `round ${round}: no update of ${node} was sealed`, {
          metadata: { round, node },
        });
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
      handle: async ({ params: { round }, type }) => answerFor(await requireRound(source(), round), type),
    }),
  ];
}

async function requireRoll(source: ApiSource, round: number): Promise<Roll> {
  await requireRound(source, round);
  const roll = await source.roll(round);
  if (roll !== undefined) return roll;
  throw new ApiError('ROLL_UNKNOWN', `round ${round}: this node did without the roll of its updates`, {
    metadata: { round },
  });
}

async function requireRound(source: ApiSource, round: number): Promise<Certificate> {
  const newest = source.head().round;
  const found = round > newest ? undefined : await source.certificate(round);
  if (found !== undefined) return found;
  throw new ApiError('ROUND_UNKNOWN', `round ${round} is not known here; the newest is ${newest}`, {
    metadata: { round, newest },
  });
}
