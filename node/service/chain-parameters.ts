import { type ParameterState, parameterState, STABILITY_FEE } from '../../contracts/client/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { ParameterJson } from '../api/index.ts';
import type { ChainLink, NodeEvent } from '../runtime/index.ts';

/** The parameters that models may move, by name. */
const PARAMETERS = [{ name: 'STABILITY_FEE', id: STABILITY_FEE }] as const;
/** However many ask, the chain is asked this often at most. */
const FRESH_MS = 1_000;
/** Rounds whose advice may still become a change. */
const KEPT_EXPLANATIONS = 16;

type FeeEvent = Extract<NodeEvent, { event: 'fee' }>;
type Advice = Extract<NodeEvent, { event: 'recommended' }>;

/** The parameters as the chain has them, with the last change that this node saw happen. */
export class ChainParameters {
  readonly #now: () => number;
  #read: { readonly atMs: number; readonly items: Promise<readonly ParameterJson[]> } | undefined;
  #lastChange: ParameterJson['lastChange'] = null;
  readonly #explanations = new BoundedCache<string>(KEPT_EXPLANATIONS);

  /** @param now milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  observe(event: NodeEvent): void {
    if (event.event === 'recommended') this.#keepExplanation(event);
    if (event.event === 'fee' && event.before !== event.after) this.#keepChange(event);
  }

  /** @throws what the chain throws. */
  read(link: ChainLink): Promise<readonly ParameterJson[]> {
    const now = this.#now();
    if (this.#read !== undefined && now - this.#read.atMs < FRESH_MS) return this.#read.items;
    const items = Promise.all(
      PARAMETERS.map(async ({ name, id }) => this.#toJson(name, await stateOf(link, id))),
    );
    this.#read = { atMs: now, items };
    items.catch(() => {
      if (this.#read?.items === items) this.#read = undefined;
    });
    return items;
  }

  #toJson(name: string, state: ParameterState): ParameterJson {
    const { parameter, value, unit, limits, sequence } = state;
    const [, step = limits.stepUp] = [limits.stepUp, limits.stepDown].sort((a, b) => (a < b ? -1 : 1));
    return {
      id: parameter,
      name,
      unit,
      value: String(value),
      bounds: { minimum: String(limits.min), maximum: String(limits.max) },
      maximumStep: String(step),
      cooldownSeconds: limits.cooldownSeconds,
      sequence,
      lastChange: this.#lastChange,
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
    this.#read = undefined;
  }
}

function stateOf(link: ChainLink, parameter: string): Promise<ParameterState> {
  return parameterState(link.reader, link.document.contracts, parameter);
}
