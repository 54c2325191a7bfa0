import type { Participant } from '../../coordinator/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import type { Encodable } from '../../protocol/encoding.ts';
import { BallastError } from '../../protocol/errors.ts';
import { weightsDigest } from '../../protocol/vectors.ts';
import { createModel, parseModelSpec, type StabilityModel } from '../models/index.ts';

/** A model that forecasts beside the published one. */
export type ShadowCandidate = {
  /** As it was named: the path of a model file, or `version:N`. */
  readonly name: string;
  readonly digest: string;
  readonly model: StabilityModel;
  readonly weights: Float64Array;
};

const VERSION = /^version:(\d{1,9})$/;

/** The number of an earlier version, where that is what is named. */
export function versionNamed(name: string): number | undefined {
  const number = VERSION.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** A candidate from a model file. */
export function candidateOf(
  name: string,
  { model, weights }: Pick<ShadowCandidate, 'model' | 'weights'>,
): ShadowCandidate {
  const spec = model.spec as unknown as Encodable;
  const digest = digestOf('ballast/shadow/1', { spec, weights: weightsDigest(weights) });
  return { name, digest, model, weights };
}

/**
 * An earlier version of the network's own model.
 *
 * @throws BallastError `SHADOW_VERSION` where this node does not have it.
 */
export async function candidateOfVersion(
  name: string,
  model: StabilityModel,
  participant: Pick<Participant, 'roundOf' | 'certificate' | 'weights'>,
): Promise<ShadowCandidate> {
  const version = versionNamed(name);
  const round = version === undefined ? undefined : await participant.roundOf(version);
  const certificate = round === undefined ? undefined : await participant.certificate(round);
  const weights = certificate && (await participant.weights(certificate.entry.modelDigest));
  if (weights === undefined) {
    throw new BallastError(
      'SHADOW_VERSION',
      `shadow: got ${name}, expected a version whose weights are here`,
      {
        metadata: { name },
        hint: 'older weights are kept by nodes that run with --archive; or name a model file',
      },
    );
  }
  return candidateOf(name, { model, weights });
}

/** As it is stored, so that a trial goes on when the file or the version is gone. */
export function encodeCandidate({ name, model, weights }: ShadowCandidate): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ name, model: model.spec, weights: [...weights] }));
}

export function decodeCandidate(bytes: Uint8Array): ShadowCandidate {
  const { name, model, weights } = JSON.parse(new TextDecoder().decode(bytes)) as {
    readonly name: string;
    readonly model: unknown;
    readonly weights: readonly number[];
  };
  return candidateOf(name, {
    model: createModel(parseModelSpec(model)),
    weights: Float64Array.from(weights),
  });
}
