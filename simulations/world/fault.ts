import type { BehaviourName } from './behaviours/registry.ts';

/** From `atMs` for `forMs` virtual milliseconds, from the first block on. */
export type Span = { readonly atMs: number; readonly forMs: number };

/** What goes wrong on the links between all nodes for a while. Several at a time add up. */
export type Weather =
  /** Nodes of different groups hear nothing of each other. Who is in no group is in one with the others left. */
  | (Span & { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] })
  /** A share of the messages is lost. */
  | (Span & { readonly kind: 'loss'; readonly share: number })
  /** Each message takes longer, by a uniform time up to `mostMs`; what is sent later may so come earlier. */
  | (Span & { readonly kind: 'delay'; readonly mostMs: number })
  /** A share of the messages comes twice, each copy in its own time. */
  | (Span & { readonly kind: 'duplication'; readonly share: number })
  /** What is sent meanwhile is held back, and comes at the end in an order of its own. */
  | (Span & { readonly kind: 'burst' });

/** One thing that goes wrong in a run. Nodes are named by their index. */
export type Fault =
  | Weather
  /** The power goes: what was not yet on disk is lost. The node comes back when the time is over. */
  | (Span & { readonly kind: 'crash'; readonly node: number })
  /** The node's disk loses votes and locks in a crash, and it asks nobody what it said: more than is promised. */
  | { readonly kind: 'amnesia'; readonly node: number }
  /** The node's clock is `offsetMs` off and runs faster by a share of `drift`. */
  | {
      readonly kind: 'clock';
      readonly node: number;
      readonly offsetMs: number;
      readonly drift: number;
    }
  /** The node sends the opposite of what it learned, which is an update like any other. */
  | { readonly kind: 'sign-flip'; readonly node: number }
  /** The node is Byzantine for the whole run. */
  | {
      readonly kind: 'byzantine';
      readonly node: number;
      readonly behaviour: BehaviourName;
      /** Whom it wrongs, where it wrongs somebody. */
      readonly victim: number;
    };

/** Everything that a run follows from: the same schedule gives the same bits, on one version of the code. */
export type Schedule = {
  /** Of keys, delays, updates and the chain's randomness. */
  readonly seed: number;
  readonly nodes: number;
  readonly rounds: number;
  /** How probably a node's gate accepts a candidate; each node judges each candidate once. */
  readonly acceptance: number;
  /** How long a write takes to become durable. */
  readonly syncMs: number;
  readonly faults: readonly Fault[];
};

const WEATHER: ReadonlySet<Fault['kind']> = new Set(['partition', 'loss', 'delay', 'duplication', 'burst']);

export function isWeather(fault: Fault): fault is Weather {
  return WEATHER.has(fault.kind);
}

/** When the last of the faults that pass has passed: from then on the links are reliable and everyone is up. */
export function healedAt(schedule: Pick<Schedule, 'faults'>): number {
  return schedule.faults.reduce(
    (last, fault) => ('atMs' in fault ? Math.max(last, fault.atMs + fault.forMs) : last),
    0,
  );
}

/** Nodes that may do anything. */
export function byzantineNodes({ faults }: Pick<Schedule, 'faults'>): ReadonlySet<number> {
  return new Set(faults.flatMap((fault) => (fault.kind === 'byzantine' ? [fault.node] : [])));
}

/** A few words for people. */
export function describeFault(fault: Fault): string {
  const span = 'atMs' in fault ? ` at ${fault.atMs} ms for ${fault.forMs} ms` : '';
  switch (fault.kind) {
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(',')).join('|')}${span}`;
    case 'loss':
    case 'duplication':
      return `${fault.kind} of ${fault.share}${span}`;
    case 'delay':
      return `delay of up to ${fault.mostMs} ms${span}`;
    case 'burst':
      return `burst${span}`;
    case 'clock':
      return `node ${fault.node} clock ${fault.offsetMs} ms off, drift ${fault.drift}`;
    case 'byzantine':
      return `node ${fault.node} ${fault.behaviour}`;
    default:
      return `node ${fault.node} ${fault.kind}${span}`;
  }
}
