import { z } from 'zod';
import { json, type Route, route } from '../route.ts';
import { decisionPage, integerText, pageQuery, pegHistory, proposals, skill } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { LIVE_EXAMPLES } from './live-examples.ts';

const skillQuery = z.strictObject({
  after: integerText(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ description: 'only versions above this one' }),
});

/** What has happened, in the form that charts and tables want it. */
export function historyRoutes(source: () => ApiSource): Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/skill',
      operationId: 'getSkill',
      summary: 'Held-out losses and skills of the versions that this node has figures of at hand',
      tag: 'models',
      query: skillQuery,
      answers: json(skill, LIVE_EXAMPLES.skill),
      errors: ['NOT_READY'],
      handle: ({ query: { after } }) => ({ body: source().skill(after) }),
    }),
    route({
      method: 'GET',
      path: '/v1/forecasts/peg',
      operationId: 'getPegHistory',
      summary: 'What the newest version forecasts for past public hours, beside what came',
      tag: 'predictions',
      answers: json(pegHistory, LIVE_EXAMPLES.pegHistory),
      errors: ['NOT_READY'],
      handle: async () => ({ body: await source().predict.pegHistory() }),
    }),
    route({
      method: 'GET',
      path: '/v1/decisions',
      operationId: 'listDecisions',
      summary: 'Changes of parameters and wishes for them, from the decision log, the newest first',
      tag: 'parameters',
      query: pageQuery,
      answers: json(decisionPage, LIVE_EXAMPLES.decisionPage),
      errors: ['NOT_READY'],
      handle: async ({ query: { limit, before } }) => {
        const all = await source().decisions();
        const from = before === undefined ? all : all.filter(({ number }) => number < before);
        const items = from.slice(0, limit);
        return { body: { items, next: from.length > limit ? (items.at(-1)?.number ?? null) : null } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/proposals',
      operationId: 'listProposals',
      summary: 'Proposals to governance and how the votes stand, the newest first',
      tag: 'parameters',
      answers: json(proposals, LIVE_EXAMPLES.proposals),
      errors: ['NOT_READY'],
      handle: async () => ({ body: await source().proposals() }),
    }),
  ];
}
