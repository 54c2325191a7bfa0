import { z } from 'zod';
import { type Certificate, selectedOf } from '../../../coordinator/index.ts';
import { guaranteeOf } from '../../../privacy/index.ts';
import { BoundedCache } from '../../../protocol/cache.ts';
import { ApiError } from '../errors.ts';
import { type Answer, json, type Route, route } from '../route.ts';
import { integerText, type ModelJson, model, modelPage, pageQuery, report } from '../schemas/index.ts';
import type { ApiSource } from '../source.ts';
import { madeOnce, steadyPage } from '../steady.ts';
import { CERTIFICATE_ANSWERS, certificateAnswers } from './certificate-answers.ts';
import { EXAMPLES } from './examples.ts';

const params = z.strictObject({
  version: integerText(0, Number.MAX_SAFE_INTEGER).meta({ description: '0 is the genesis model' }),
});

export function modelRoutes(source: () => ApiSource): Route[] {
  const known: KnownModels = {
    settled: madeOnce(() => new BoundedCache(KNOWN_MODELS)),
    unsettled: new WeakMap(),
  };
  const newest = steadyPage<ModelJson>();
  const answerFor = certificateAnswers();
  return [
    route({
      method: 'GET',
      path: '/v1/models',
      operationId: 'listModels',
      summary: 'Published versions, the newest first',
      tag: 'models',
      query: pageQuery,
      answers: json(modelPage, EXAMPLES.modelPage),
      errors: ['NOT_READY'],
      handle: async ({ query: { limit, before } }) => {
        const current = source();
        const first = Math.min(current.head().version, (before ?? Number.MAX_SAFE_INTEGER) - 1);
        const last = Math.max(0, first - limit + 1);
        const found = await Promise.all(
          Array.from({ length: Math.max(0, first - last + 1) }, (_, i) => modelOf(current, first - i, known)),
        );
        const items = found.filter((item) => item !== undefined);
        const page = { items, next: first >= 0 && last > 0 ? last : null };
        return before === undefined ? { body: newest(page), isSteady: true } : { body: page };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/models/latest',
      operationId: 'getLatestModel',
      summary: 'The newest version that this node holds',
      tag: 'models',
      answers: json(model, EXAMPLES.model),
      errors: ['VERSION_UNKNOWN', 'NOT_READY'],
      handle: async () => modelAnswer(await requireModel(source(), source().head().version, known)),
    }),
    route({
      method: 'GET',
      path: '/v1/models/{version}',
      operationId: 'getModel',
      summary: 'One version',
      tag: 'models',
      params,
      answers: json(model, EXAMPLES.model),
      errors: ['VERSION_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { version } }) => modelAnswer(await requireModel(source(), version, known)),
    }),
    route({
      method: 'GET',
      path: '/v1/models/{version}/certificate',
      operationId: 'getModelCertificate',
      summary: 'The certificate of a version: a quorum of commit votes that the chain verifies',
      tag: 'models',
      params,
      answers: CERTIFICATE_ANSWERS,
      errors: ['VERSION_UNKNOWN', 'CERTIFICATE_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { version }, type }) => {
        if (version === 0) throw new ApiError('CERTIFICATE_UNKNOWN', 'version 0 has no certificate');
        const found = await certificateOf(source(), version);
        if (found === undefined) throw unknownVersion(source(), version);
        return answerFor(found, type);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/models/{version}/report',
      operationId: 'getModelReport',
      summary: 'How a version does on held-out public data, against its baselines',
      tag: 'models',
      params,
      answers: json(report, EXAMPLES.report),
      errors: ['VERSION_UNKNOWN', 'REPORT_UNKNOWN', 'NOT_READY'],
      handle: async ({ params: { version } }) => {
        await requireModel(source(), version, known);
        const body = await source().report(version);
        if (body !== undefined) return { body };
        throw new ApiError('REPORT_UNKNOWN', `version ${version}: this node has no report on it`, {
          metadata: { version },
        });
      },
    }),
  ];
}

async function requireModel(source: ApiSource, version: number, known: KnownModels): Promise<ModelJson> {
  const found = await modelOf(source, version, known);
  if (found === undefined) throw unknownVersion(source, version);
  return found;
}

async function certificateOf(source: ApiSource, version: number): Promise<Certificate | undefined> {
  if (version > source.head().version) return undefined;
  const round = await source.roundOf(version);
  return round === undefined ? undefined : await source.certificate(round);
}

/** What was made of versions: the same object is given again while it says the same. */
type KnownModels = {
  readonly settled: (source: ApiSource) => BoundedCache<ModelJson>;
  /** By their certificates; the roll of such a round may come yet. */
  readonly unsettled: WeakMap<Certificate, ModelJson>;
};

const KNOWN_MODELS = 512;

/** A version whose contributors are known never changes. */
const isSettled = ({ contributors }: ModelJson): boolean => contributors !== null;

const modelAnswer = (body: ModelJson): Answer => ({ body, isSteady: true });

async function modelOf(
  source: ApiSource,
  version: number,
  known: KnownModels,
): Promise<ModelJson | undefined> {
  const settled = known.settled(source);
  const kept = settled.get(String(version));
  if (kept !== undefined) return kept;
  const made = version === 0 ? firstModel(source) : await certifiedModel(source, version, known);
  if (made !== undefined && isSettled(made)) settled.set(String(version), made, 1);
  return made;
}

function firstModel({ document }: ApiSource): ModelJson {
  const { layout, modelDigest } = document.genesis;
  const rest = { round: 0, base: null, contributors: [], privacy: null };
  return { version: 0, modelDigest, layout, ...rest, links: links(0, modelDigest) };
}

async function certifiedModel(
  source: ApiSource,
  version: number,
  { unsettled }: KnownModels,
): Promise<ModelJson | undefined> {
  const certificate = await certificateOf(source, version);
  if (certificate === undefined) return undefined;
  const { round, modelDigest, baseVersion, baseDigest, privacy } = certificate.entry;
  const roll = await source.roll(round);
  const before = roll === undefined ? unsettled.get(certificate) : undefined;
  if (before !== undefined) return before;
  const model: ModelJson = {
    version,
    modelDigest,
    layout: source.document.genesis.layout,
    round,
    base: { version: baseVersion, modelDigest: baseDigest },
    contributors: roll === undefined ? null : selectedOf(roll),
    privacy: guaranteeOf(privacy, source.document.parameters),
    links: links(version, modelDigest),
  };
  if (roll === undefined) unsettled.set(certificate, model);
  return model;
}

const links = (version: number, digest: string): ModelJson['links'] => ({
  weights: `/v1/weights/${digest}`,
  certificate: version === 0 ? null : `/v1/models/${version}/certificate`,
  report: `/v1/models/${version}/report`,
});

function unknownVersion(source: ApiSource, version: number): ApiError {
  const newest = source.head().version;
  return new ApiError('VERSION_UNKNOWN', `version ${version} is not known here; the newest is ${newest}`, {
    metadata: { version, newest },
  });
}
