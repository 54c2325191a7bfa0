import { BallastError } from '../../protocol/errors.ts';
import { PROPOSAL_TYPES, type ProposalType } from './proposal-header.ts';

/** A value that a template is filled with. */
export type Placeholder = {
  readonly key: string;
  readonly description: string;
  readonly kind: 'string' | 'number' | 'boolean' | 'address' | 'date';
  /** Stands in when no value is given; without it a value is required. */
  readonly fallback?: string;
};

/** Text of a proposal with places for values, written `{{key}}`. */
export type ProposalTemplate = {
  readonly type: ProposalType;
  readonly title: string;
  readonly body: string;
  readonly placeholders: readonly Placeholder[];
};

export type TemplateValue = string | number | bigint | boolean | Date;

/** Characters of one value. */
const MAX_VALUE_LENGTH = 2000;
const PLACE = /\{\{([a-zA-Z]+)\}\}/g;

const text = (key: string, description: string): Placeholder => ({ key, description, kind: 'string' });

const COMMON: readonly Placeholder[] = [
  text('summary', 'one sentence'),
  text('reason', 'why now'),
  text('risk', 'what can go wrong, and what then'),
  { key: 'alternatives', description: 'what else was weighed', kind: 'string', fallback: 'none named' },
];
const COMMON_BODY =
  'Summary: {{summary}}\nReason: {{reason}}\nRisk: {{risk}}\nAlternatives: {{alternatives}}';

/** One template for each type of proposal. */
export const PROPOSAL_TEMPLATES: Readonly<Record<ProposalType, ProposalTemplate>> = {
  parameter_adjustment: {
    type: 'parameter_adjustment',
    title: 'Set {{parameter}} to {{value}} {{unit}}',
    body: `Model: version {{modelVersion}}\nForecast: {{forecast}}\n${COMMON_BODY}`,
    placeholders: [
      text('parameter', 'name of the parameter'),
      { key: 'value', description: 'value in its unit', kind: 'number' },
      text('unit', 'unit of the value'),
      {
        key: 'modelVersion',
        description: 'version that the wish comes from',
        kind: 'number',
        fallback: 'none',
      },
      text('forecast', 'what the model forecasts, with its interval'),
      ...COMMON,
    ],
  },
  emergency_action: {
    type: 'emergency_action',
    title: 'Answer to {{emergency}}, severity {{severity}}',
    body: `Seen: {{seenAt}}\nMeasured: {{measured}}\nHalted meanwhile: {{isHalted}}\n${COMMON_BODY}`,
    placeholders: [
      text('emergency', 'market_volatility, oracle_failure, peg_deviation …'),
      text('severity', 'low, medium, high or critical'),
      { key: 'seenAt', description: 'when it was seen', kind: 'date' },
      text('measured', 'what was measured'),
      { key: 'isHalted', description: 'whether the breaker has acted', kind: 'boolean' },
      ...COMMON,
    ],
  },
  protocol_upgrade: {
    type: 'protocol_upgrade',
    title: 'Upgrade {{module}} from {{from}} to {{to}}',
    body: `Code: {{implementation}}, hash {{codeHash}}\nStorage: {{layout}}\n${COMMON_BODY}`,
    placeholders: [
      text('module', 'name of the module'),
      text('from', 'version that runs'),
      text('to', 'version that is to run'),
      { key: 'implementation', description: 'address of the code', kind: 'address' },
      text('codeHash', 'keccak256 of the code'),
      text('layout', 'what the comparison of layouts found'),
      ...COMMON,
    ],
  },
  funds_allocation: {
    type: 'funds_allocation',
    title: 'Pay {{amount}} {{asset}} to {{recipient}}',
    body: `Due: {{due}}\n${COMMON_BODY}`,
    placeholders: [
      { key: 'amount', description: 'amount in the asset', kind: 'number' },
      text('asset', 'asset'),
      { key: 'recipient', description: 'who is paid', kind: 'address' },
      { key: 'due', description: 'date', kind: 'date', fallback: 'at execution' },
      ...COMMON,
    ],
  },
  policy_change: {
    type: 'policy_change',
    title: 'Change of policy: {{policy}}',
    body: `Before: {{before}}\nAfter: {{after}}\n${COMMON_BODY}`,
    placeholders: [
      text('policy', 'which rule'),
      text('before', 'the rule as it is'),
      text('after', 'the rule as it is to be'),
      ...COMMON,
    ],
  },
};

/**
 * Fills the template of a type. Values are data: line breaks and control characters become spaces and what Markdown or
 * HTML would act on is escaped, so that no value can pass for a part of the text.
 *
 * @returns title, blank line and body.
 * @throws BallastError `TEMPLATE_VALUE_MISSING`, `TEMPLATE_VALUE_UNKNOWN` or `TEMPLATE_VALUE_INVALID`.
 */
export function fillTemplate(type: ProposalType, values: Readonly<Record<string, TemplateValue>>): string {
  const { title, body, placeholders } = PROPOSAL_TEMPLATES[type];
  for (const key of Object.keys(values)) {
    if (!placeholders.some((placeholder) => placeholder.key === key)) {
      const known = placeholders.map((placeholder) => placeholder.key).join(', ');
      throw new BallastError('TEMPLATE_VALUE_UNKNOWN', `${type}: got ${key}, expected ${known}`);
    }
  }
  const filled = new Map(placeholders.map((place) => [place.key, valueText(type, place, values)]));
  return `${title}\n\n${body}`.replace(PLACE, (_, key: string) => filled.get(key) ?? '');
}

function valueText(
  type: ProposalType,
  { key, kind, description, fallback }: Placeholder,
  values: Readonly<Record<string, TemplateValue>>,
): string {
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value === undefined) {
    if (fallback !== undefined) return fallback;
    throw new BallastError('TEMPLATE_VALUE_MISSING', `${type}: ${key} (${description}) is required`);
  }
  const written = value instanceof Date ? dateText(value) : String(value);
  if (!isOfKind(kind, value) || written.length > MAX_VALUE_LENGTH) {
    throw new BallastError(
      'TEMPLATE_VALUE_INVALID',
      `${type}: ${key} is ${JSON.stringify(written.slice(0, 60))}, expected ${kind} of at most ${MAX_VALUE_LENGTH} characters`,
    );
  }
  return escapeText(written);
}

function isOfKind(kind: Placeholder['kind'], value: TemplateValue): boolean {
  if (kind === 'number')
    return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
  if (kind === 'date') return value instanceof Date && !Number.isNaN(value.getTime());
  if (kind === 'address') return typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value);
  return typeof value === kind;
}

const dateText = (date: Date): string => (Number.isNaN(date.getTime()) ? 'no date' : date.toISOString());

/** One line without control or format characters, and with what Markdown or HTML would act on escaped. */
export function escapeText(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~$]/g, '\\$&')
    .trim();
}

/** The types that have a template: all of them. */
export const TEMPLATE_TYPES: readonly ProposalType[] = PROPOSAL_TYPES;
