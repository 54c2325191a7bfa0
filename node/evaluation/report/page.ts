import type { Evaluation } from '../evaluate.ts';
import { escapeText, percent, signedPercent } from './html.ts';
import {
  COVERAGE_GOAL,
  coverageSection,
  dataSection,
  eventSection,
  fanSection,
  riskSection,
  skillSection,
  volatilitySection,
} from './sections.ts';
import { STYLE } from './style.ts';

/** An evaluation as one HTML file that loads nothing. @param source what was evaluated, as the title says it. */
export function reportPage(evaluation: Evaluation, source: string): string {
  const title = `Evaluation of the ${evaluation.model} on ${source}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
<p class="muted">Trained before ${evaluation.options.cutoff}, tested after it; horizons ${evaluation.options.horizonsHours.join(', ')} h.</p>
<div class="tiles">${tiles(evaluation).join('')}</div>
${skillSection(evaluation)}
${coverageSection(evaluation)}
${eventSection(evaluation)}
${fanSection(evaluation)}
${volatilitySection(evaluation)}
${riskSection(evaluation)}
${dataSection(evaluation)}
</body>
</html>
`;
}

/** What a reader looks for first; each says over how much it was found. */
export function headlines(evaluation: Evaluation): { readonly what: string; readonly figure: string }[] {
  const { heldOut, events, model } = evaluation;
  const of = (name: string) =>
    heldOut.flatMap((one) =>
      one.forecasters.flatMap((figures) => (figures.name === name ? [{ one, figures }] : [])),
    );
  const own = of(model);
  const range = (values: readonly number[]) =>
    `${signedPercent(Math.min(...values))} to ${signedPercent(Math.max(...values))}`;
  const found: { what: string; figure: string }[] = [];
  for (const baseline of ['B2', 'B3'] as const) {
    const skills = own.flatMap(({ figures }) =>
      figures.skill[baseline] === undefined ? [] : [figures.skill[baseline]],
    );
    if (skills.length === 0) continue;
    const sure = skills.filter(({ low }) => low !== null && low > 0).length;
    found.push({
      what: `skill against ${baseline}, ${skills.length} coins and horizons; interval above zero on ${sure}`,
      figure: range(skills.map(({ value }) => value)),
    });
  }
  const covered = of(`${model} + conformal`).flatMap(({ figures }) => [
    figures.coverageCalm?.value,
    figures.coverageStressed?.value,
  ]);
  const known = covered.filter((value) => value !== undefined);
  if (known.length > 0) {
    const inside = known.filter((value) => value >= COVERAGE_GOAL[0] && value <= COVERAGE_GOAL[1]).length;
    found.push({
      what: `of calm and stressed parts where its corrected 80 % intervals cover 75 to 85 % (${percent(Math.min(...known), 0)} to ${percent(Math.max(...known), 0)})`,
      figure: `${inside} of ${known.length}`,
    });
  }
  const worst = events.flatMap((one) =>
    one.forecasters.flatMap(({ name, skill }) =>
      name === model && skill.B2 !== undefined ? [{ one, value: skill.B2.value }] : [],
    ),
  );
  const least = worst.reduce<(typeof worst)[number] | undefined>(
    (a, b) => (a === undefined || b.value < a.value ? b : a),
    undefined,
  );
  if (least !== undefined) {
    found.push({
      what: `skill against B2 in the worst of ${worst.length} events and coins that were left out: ${least.one.event}, ${least.one.coin}`,
      figure: signedPercent(least.value),
    });
  }
  return found;
}

function tiles(evaluation: Evaluation): string[] {
  return headlines(evaluation).map(
    ({ what, figure }) => `<div class="tile"><b>${escapeText(figure)}</b>${escapeText(what)}</div>`,
  );
}
