import {
  NOBODY_KNOWS,
  PARAMETER_SETTINGS,
  type ParameterBudget,
  type ParameterStanding,
  parameterId,
  parameterStandings,
  STABILITY_FEE,
} from '../../contracts/client/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { ParameterJson } from '../api/index.ts';
import type { ChainLink, NodeEvent } from '../runtime/index.ts';
import { fresh } from './fresh.ts';

/** The parameters that models may move, by id, as far as their names are known. */
const PARAMETERS = new Map(PARAMETER_SETTINGS.map(({ name }) => [parameterId(name), name]));
/** Rounds whose advice may still become a change. */
const KEPT_EXPLANATIONS = 16;

type FeeEvent = Extract<NodeEvent, { event: 'fee' }>;
type Advice = Extract<NodeEvent, { event: 'recommended' }>;

/** The parameters as the chain has them, with the last change that this node saw happen. */
export class ChainParameters {
  readonly #now: () => number;
  #read: (link: ChainLink) => Promise<readonly ParameterJson[]>;
  #lastChange: ParameterJson['lastChange'] = null;
  readonly #explanations = new BoundedCache<string>(KEPT_EXPLANATIONS);

  /** @param now milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now;
    this.#read = this.#anew();
  }

  observe(event: NodeEvent): void {
    if (event.event === 'recommended') this.#keepExplanation(event);
    if (event.event === 'fee' && event.before !== event.after) this.#keepChange(event);
  }

  /** @throws what the chain throws. */
  read(link: ChainLink): Promise<readonly ParameterJson[]> {
    return this.#read(link);
  }

  /** Without what was read before. */
  #anew() {
    return fresh(this.#now, async ({ reader, document }: ChainLink) => {
      const known = await parameterStandings(reader, document.contracts, [...PARAMETERS.keys()]);
      return known.map((standing) => this.#toJson(standing));
    });
  }

  #toJson(standing: ParameterStanding): ParameterJson {
    const { parameter, value, unit, limits, allowed, overriddenUntil, sequence, budgets } = standing;
    const [, step = limits.stepUp] = [limits.stepUp, limits.stepDown].sort((a, b) => (a < b ? -1 : 1));
    return {
      id: parameter,
      name: PARAMETERS.get(parameter) ?? parameter,
      unit,
      value: String(value),
      bounds: { minimum: String(limits.min), maximum: String(limits.max) },
      risk: limits.risk,
      steps: { up: String(limits.stepUp), down: String(limits.stepDown) },
      budgets: {
        windowSeconds: limits.windowSeconds,
        up: budgetJson(budgets.up),
        down: budgetJson(budgets.down),
      },
      allowed: {
        lowest: String(allowed.lowest),
        highest: String(allowed.highest),
        fallReadyAtMs: readyJson(allowed.fallReadyAt),
        riseReadyAtMs: readyJson(allowed.riseReadyAt),
      },
      overriddenUntilMs: overriddenUntil === 0 ? null : overriddenUntil * 1_000,
      maximumStep: String(step),
      cooldownSeconds: limits.cooldownSeconds,
      sequence,
      // Rounds move no other yet.
      lastChange: parameter === STABILITY_FEE ? this.#lastChange : null,
    };
  }

  #keepExplanation({ round, explanation }: Advice): void {
    this.#explanations.set(String(round), explanation, 1);
  }

  #keepChange({ round, before, after, transaction }: FeeEvent): void {
    this.#lastChange = {
      before,
      after,
      atMs: this.#now(),
      version: null,
      transaction,
      explanation: this.#explanations.get(String(round)) ?? null,
    };
    this.#read = this.#anew();
  }
}

const budgetJson = ({ total, left }: ParameterBudget): ParameterJson['budgets']['up'] => ({
  total: String(total),
  used: String(total - left),
  left: String(left),
});

const readyJson = (seconds: number): number | null => (seconds === NOBODY_KNOWS ? null : seconds * 1_000);
