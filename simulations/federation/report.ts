import { textChart } from './chart.ts';
import { seedsSummary } from './document.ts';
import type { SimulatedRound, SimulationResult } from './result.ts';

/** What is simulated, in one line. */
export function titleLine(options: SimulationResult['options'], seeds: number): string {
  const { nodes, byzantine, rule, f, rounds, seed, noise, heterogeneity, proximal, normCheck } = options;
  return [
    `${nodes} nodes, ${byzantine === 0 ? 'all honest' : `${byzantine} ${attackText(options)}`}`,
    `${rule}, f = ${f}`,
    `${rounds} rounds`,
    noise === 'record' ? 'record noise' : 'no noise',
    ...(heterogeneity === 1 ? [] : [`heterogeneity ${heterogeneity}`]),
    ...(proximal === 0 ? [] : [`proximal ${proximal}`]),
    ...(normCheck ? [] : ['no norm check']),
    seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`,
  ].join(' · ');
}

function attackText({ attack, attackOptions }: SimulationResult['options']): string {
  const told = Object.entries(attackOptions).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? Number(value.toFixed(3)) : value}`,
  );
  return told.length === 0 ? attack : `${attack} (${told.join(', ')})`;
}

export function roundLine(
  { round, loss, baselineLoss, deviation, leftOut }: SimulatedRound,
  { nodes, byzantine, rounds }: SimulationResult['options'],
): string {
  const liars = leftOut.filter((node) => node >= nodes - byzantine).length;
  const alone = baselineLoss === null ? '' : ` (honest alone ${baselineLoss.toFixed(3)})`;
  return [
    `round ${String(round).padStart(String(rounds).length)}`,
    `error ${loss.toFixed(3)} bp${alone}`,
    `off by ${deviation.toPrecision(3)}`,
    `left out ${liars} of ${count(byzantine, 'liar')}, ${leftOut.length - liars} of ${nodes - byzantine} honest`,
  ].join(' · ');
}

/** Chart and figures of one run. */
export function summaryLines({ options, rounds, summary }: SimulationResult): string[] {
  const { start, end, baseline, gainKept, detection, epsilon, delta } = summary;
  const losses = [start.loss, ...rounds.map(({ loss }) => loss)];
  const honest = [start.loss, ...rounds.map(({ baselineLoss }) => baselineLoss ?? Number.NaN)];
  const { nodes, byzantine } = options;
  const [lies, truths] = [byzantine * rounds.length, (nodes - byzantine) * rounds.length];
  const alone = baseline === null ? '' : `; honest alone ${baseline.loss.toFixed(3)}`;
  const kept =
    gainKept === null
      ? ''
      : `: ${gainKept < 0 ? 'worse than it began' : `${percent(gainKept)} of the gain kept`}`;
  return [
    '',
    `error, bp, of the public rows held out${baseline === null ? '' : '; ● this run, · the honest nodes alone'}`,
    ...textChart([
      { mark: '●', values: losses },
      { mark: '·', values: honest },
    ]),
    '',
    `error     ${start.loss.toFixed(3)} → ${end.loss.toFixed(3)} bp${alone}${kept}`,
    `skill     B0 ${percent(end.skill.B0)}, B2 ${percent(end.skill.B2)}, B3 ${percent(end.skill.B3)}; coverage ${percent(end.coverage)}`,
    `left out  ${detection.liarsLeftOut} of ${lies} lies, ${detection.honestLeftOut} of ${truths} honest updates` +
      `; precision ${percent(detection.precision)}, recall ${percent(detection.recall)}`,
    `privacy   ${epsilon === null ? 'none' : `ε = ${epsilon.toFixed(3)} at δ = ${delta.toExponential()}, unit record`}`,
  ];
}

/** One run among several seeds, in one line. */
export function seedLine({ options, summary }: SimulationResult): string {
  const { start, end, baseline, gainKept, detection } = summary;
  const alone = baseline === null ? '' : ` (honest alone ${baseline.loss.toFixed(3)})`;
  return [
    `seed ${options.seed}`,
    `error ${start.loss.toFixed(3)} → ${end.loss.toFixed(3)} bp${alone}`,
    `gain kept ${percent(gainKept)}`,
    `precision ${percent(detection.precision)}, recall ${percent(detection.recall)}`,
  ].join(' · ');
}

export function seedsLines(results: readonly SimulationResult[]): string[] {
  const { gainKept, endLoss, precision, recall } = seedsSummary(results);
  return [
    '',
    `gain kept ${percent(gainKept.mean)} in the mean, ${percent(gainKept.least)} at least`,
    `error     ${endLoss.mean.toFixed(3)} bp in the mean, ${endLoss.most.toFixed(3)} at most`,
    `left out  precision ${percent(precision)}, recall ${percent(recall)}`,
  ];
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
