import type { Spent } from './trace.ts';

/** What a batch's gas goes to, in the order of the table. */
export const PARTS = [
  'transaction',
  'calldata',
  'proxy of the controller',
  'expiry, number, network',
  'cited version and committee (model registry)',
  'votes',
  'medians and their explanations',
  'from controller to registry',
  'entry of the registry, reentrancy',
  'halts (breaker)',
  "a parameter's value and limits",
  'bound, step, cooldown, budget',
  'record (log)',
  'writes: number, values, head of the log',
  'events',
] as const;
export type Part = (typeof PARTS)[number];

/** By contract and function; the deepest function that stands here decides, then the contract alone. */
const OF: Readonly<Record<string, Part>> = {
  ModuleProxy: 'proxy of the controller',
  BoundedAutonomyController: 'from controller to registry',
  'BoundedAutonomyController._requireTimely': 'expiry, number, network',
  'BoundedAutonomyController._requireNext': 'expiry, number, network',
  'BoundedAutonomyController._requireCommittee': 'cited version and committee (model registry)',
  ModelRegistry: 'cited version and committee (model registry)',
  'BoundedAutonomyController._requireVotes': 'votes',
  'BoundedAutonomyController._addChanges': 'medians and their explanations',
  ParameterRegistry: 'entry of the registry, reentrancy',
  'ParameterRegistry._status': 'halts (breaker)',
  CircuitBreaker: 'halts (breaker)',
  'ParameterRegistry._record': 'record (log)',
  DecisionLog: 'record (log)',
  'ParameterRegistry._move': "a parameter's value and limits",
  'ParameterRegistry.raisesRisk': 'bound, step, cooldown, budget',
  'ParameterRegistry.change': 'bound, step, cooldown, budget',
};

/** The part that an instruction belongs to. */
export function partOf({ contract, path, op }: Spent): Part {
  if (op === 'SSTORE') return 'writes: number, values, head of the log';
  if (op.startsWith('LOG')) return 'events';
  const named = path.toReversed().map((name) => OF[`${contract}.${name}`]);
  const part = named.find((each) => each !== undefined) ?? OF[contract];
  if (part === undefined) throw new Error(`no part for ${contract} ${path.join(' ')}`);
  return part;
}
