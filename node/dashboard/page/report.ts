import { firing, ruleText } from './alerts.ts';
import { amountText, valueText } from './amounts.ts';
import { bodyOf } from './answers.ts';
import { epsilonText, figureText, percentText } from './numbers.ts';
import type { ReportSection } from './report-sections.ts';
import type { PageState } from './state.ts';
import { exactTime } from './time.ts';
import { stateLine } from './views/privacy.ts';

type Reported = Pick<PageState, 'answers' | 'rounds' | 'rules' | 'samples' | 'nowMs'>;

/** Rounds and decisions that a report has at most. */
const MAX_ROWS = 100;

const PARTS: Readonly<Record<ReportSection, (state: Reported) => readonly string[]>> = {
  health: ({ answers, rules, samples }) => {
    const [readiness, chain] = [bodyOf(answers.readiness), bodyOf(answers.chain)];
    return [
      ...(readiness === undefined ? [] : [`- ${readiness.status}: ${readiness.reason}`]),
      ...(readiness?.conditions ?? []).map(
        ({ code, message, sinceMs }) => `- ${code} since ${exactTime(sinceMs)}: ${message}`,
      ),
      ...(chain?.finalizedHeight === null || chain === undefined
        ? []
        : [`- final block ${chain.finalizedHeight}, seen ${figureText(chain.lagSeconds ?? 0)} s before`]),
      ...firing(rules, samples).map(
        ({ rule, value }) => `- alert: ${ruleText(rule)}, it is ${figureText(value)}`,
      ),
    ];
  },
  rounds: ({ rounds }) =>
    table(
      ['round', 'outcome', 'with weight', 'sealed', 'version', 'reason'],
      rounds
        .slice(0, MAX_ROWS)
        .map(({ round, outcome, selected, sealed, version, reason }) => [
          round,
          outcome,
          selected,
          sealed,
          version,
          reason,
        ]),
    ),
  model: ({ answers }) => {
    const skill = bodyOf(answers.skill);
    if (skill === undefined || skill.versions.length === 0) return [];
    const rows = skill.heads.flatMap(({ head, unit, loss, baselines }) =>
      baselines.map(({ name, skill: values }) => [
        head,
        `${loss.at(-1) ?? 'none'} ${unit}`,
        name,
        percentText(values.at(-1) ?? Number.NaN, 1),
      ]),
    );
    return [`Version ${skill.versions.at(-1)}.`, '', ...table(['head', 'loss', 'baseline', 'skill'], rows)];
  },
  privacy: ({ answers }) => {
    const privacy = bodyOf(answers.privacy);
    if (privacy === undefined) return [];
    const spent = `- ε ${epsilonText(privacy.spent.epsilon)} of ${privacy.budget ?? 'no budget'} spent, δ ${privacy.delta}`;
    return [`- ${stateLine(privacy)}`, spent, `- covers ${privacy.covers}; ${privacy.assumption}`];
  },
  parameters: ({ answers }) =>
    table(
      ['parameter', 'value', 'from', 'to'],
      (bodyOf(answers.parameters)?.items ?? []).map(({ name, value, unit, bounds }) => [
        name,
        amountText(value, unit),
        valueText(bounds.minimum, unit),
        valueText(bounds.maximum, unit),
      ]),
    ),
  decisions: ({ answers }) =>
    table(
      ['number', 'when', 'parameter', 'before', 'after', 'who', 'status', 'why'],
      (bodyOf(answers.decisions)?.items ?? [])
        .slice(0, MAX_ROWS)
        .map((item) => [
          item.number,
          item.atMs === null ? `block ${item.block}` : exactTime(item.atMs),
          item.name ?? item.parameter,
          valueText(item.before, item.unit),
          valueText(item.after, item.unit),
          item.kind === 'model' ? `version ${item.version}` : item.kind,
          item.status,
          item.words ?? item.explanation,
        ]),
    ),
  proposals: ({ answers }) =>
    table(
      ['proposal', 'state', 'calls', 'for', 'against', 'quorum'],
      (bodyOf(answers.proposals)?.items ?? []).map(({ id, state, calls, votes, quorum }) => [
        id,
        state,
        calls.join('; '),
        votes.inFavour,
        votes.against,
        quorum ?? '',
      ]),
    ),
};

/** What the page knows at this moment, as Markdown. */
export function reportText(state: Reported, sections: readonly ReportSection[]): string {
  const node = bodyOf(state.answers.node);
  const head = [
    `# Report of node ${node?.node ?? 'unknown'}`,
    '',
    `Made ${exactTime(state.nowMs)}${node === undefined ? '' : `, after round ${node.head.round}, at version ${node.head.version}, network ${node.network}`}.`,
  ];
  const parts = sections.flatMap((section) => {
    const lines = PARTS[section](state);
    return [
      '',
      `## ${section.slice(0, 1).toUpperCase()}${section.slice(1)}`,
      '',
      ...(lines.length === 0 ? ['Not known to this page.'] : lines),
    ];
  });
  return `${[...head, ...parts].join('\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

/** What peers have written stays text: no cell ends early, and nothing in it is a link or markup. */
const cell = (value: string | number): string =>
  String(value)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(/[\\`*_[\]<>|]/g, '\\$&');
