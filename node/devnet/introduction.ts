import { aggregatorOf } from '../../coordinator/index.ts';
import {
  epsilonOf,
  expectedNoiseToSignal,
  formatGuarantee,
  isGaussianRelease,
  ledgerAccountant,
  type ReleaseEvent,
} from '../../privacy/index.ts';
import { layoutSize } from '../../protocol/layout.ts';
import type { NetworkDocument, NetworkParameters } from '../../protocol/network.ts';
import { createModel, parseModelSpec } from '../models/index.ts';
import { localTrainingOptions } from '../runtime/index.ts';
import { trainingRelease } from '../training/index.ts';
import type { DevnetOptions } from './options.ts';
import type { PreparedNode } from './setup.ts';

/**
 * What a devnet says of itself before its first round.
 *
 * @param rpcUrl the chain's endpoint
 */
export function introduction(
  options: DevnetOptions,
  parameters: NetworkParameters,
  document: NetworkDocument,
  nodes: readonly PreparedNode[],
  rpcUrl: string,
): string[] {
  const { privacy } = parameters;
  const liars = options.byzantine === 0 ? 'all honest' : `${options.byzantine} ${options.attack}`;
  const { name, f } = parameters.rule;
  const { minRows } = aggregatorOf(parameters);
  const rule = `${name} (${f > 0 ? `f = ${f}, ` : ''}${minRows} updates at least)`;
  return [
    `network ${document.name} on ${document.chain} at ${rpcUrl}, folder ${options.dataDir}`,
    `${nodes.length} nodes (${liars}), rule ${rule}; data: ${nodes.map(({ label }) => label).join(', ')}`,
    `privacy: ${privacyLine(options, parameters, layoutSize(createModel(parseModelSpec(document.model)).layout))}`,
    ...(privacy.unit === 'none'
      ? ['warning: without privacy anyone who reads an update learns about the rows behind it']
      : []),
  ];
}

/** What the mode will have cost after all rounds that the budget bears, and how loud its noise is beside the signal it hides. */
function privacyLine(options: DevnetOptions, parameters: NetworkParameters, dimension: number): string {
  const { privacy, training } = parameters;
  if (privacy.unit === 'none') {
    const none = formatGuarantee(privacy, { epsilon: Number.POSITIVE_INFINITY, delta: privacy.delta });
    return `${none}; expected noise-to-signal 0`;
  }
  const release = trainingRelease(localTrainingOptions(parameters));
  const { rounds } = options;
  const borne = roundsBorne(rounds, release, parameters);
  const epsilon = epsilonAfter(borne, release, parameters);
  const rest =
    borne === rounds
      ? ''
      : `, then the budget of ${privacy.epsilonBudget} is spent and nobody trains in the other ${rounds - borne}`;
  const { samplingRate = 1 } = training;
  const ratio = expectedNoiseToSignal({
    noiseMultiplier: privacy.noiseMultiplier,
    dimension,
    ...(privacy.unit === 'record'
      ? { count: training.nominalRecords, draws: 1 }
      : { count: options.nodes, draws: options.nodes }),
  });
  const expected = privacy.unit === 'record' ? ratio / samplingRate : ratio;
  const of = privacy.unit === 'record' ? 'of a gradient step of one node' : 'of the mean update';
  const what =
    privacy.unit === 'record' && privacy.record !== undefined
      ? `; a record is a block of ${privacy.record.days} days`
      : '';
  return `${formatGuarantee(privacy, { epsilon, delta: privacy.delta })} after ${borne} rounds${rest}; expected noise-to-signal ${expected.toFixed(2)} ${of}${what}`;
}

/** The most of so many rounds whose releases cost no more than the budget. */
function roundsBorne(rounds: number, release: ReleaseEvent, parameters: NetworkParameters): number {
  let [borne, beyond] = [0, rounds + 1];
  while (beyond - borne > 1) {
    const middle = Math.floor((borne + beyond) / 2);
    if (epsilonAfter(middle, release, parameters) <= parameters.privacy.epsilonBudget) borne = middle;
    else beyond = middle;
  }
  return borne;
}

function epsilonAfter(rounds: number, release: ReleaseEvent, parameters: NetworkParameters): number {
  const { delta, relation } = parameters.privacy;
  if (release.unit === 'none' || isGaussianRelease(release)) {
    return epsilonOf(
      Array.from({ length: rounds }, () => release),
      delta,
    );
  }
  const accountant = ledgerAccountant(parameters)(relation);
  accountant.compose(release.event, rounds * release.releases);
  return accountant.epsilon(delta);
}
