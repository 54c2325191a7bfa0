import { BEHAVIOUR_NAMES, type BehaviourName } from './behaviours/registry.ts';
import type { Fault, Schedule, Weather } from './fault.ts';
import { blackout, succession } from './lying-successors.ts';
import { type SeededRandom, seededRandom } from './random.ts';

/** Committee sizes: both kinds of N = 3F + 1 and beyond, F from 1 to 4. */
export const SIZES = [4, 6, 7, 10, 13] as const;

/**
 * Kinds of runs: F nodes silent, F equivocating, up to F of any behaviour, none; F silent and F equivocating, where
 * safety alone is owed; the power failing everywhere at the first certificate; a node left alone for long; and the links
 * cut while members vote, with liars in the leader's place of the next views.
 */
export const PLANS = [
  'silent',
  'equivocating',
  'mixed',
  'benign',
  'overload',
  'succession',
  'blackout',
  'mixed',
  'alone',
] as const;
export type PlanName = (typeof PLANS)[number];

export type ScheduleChoice = {
  readonly seed: number;
  /** Drawn in turn from {@link SIZES} and {@link PLANS} where left out. */
  readonly nodes?: number;
  readonly plan?: PlanName;
  readonly rounds?: number;
};

const ROUNDS = 1;

/** What goes wrong for a seed. Sizes go round with the seed, plans with every fifth. */
export async function drawSchedule(choice: ScheduleChoice): Promise<Schedule> {
  const { seed, rounds = ROUNDS } = choice;
  const nodes = choice.nodes ?? SIZES[seed % SIZES.length] ?? 4;
  const plan = choice.plan ?? PLANS[Math.floor(seed / SIZES.length) % PLANS.length] ?? 'mixed';
  const random = seededRandom(`schedule/${plan}/${nodes}/${seed}`);
  const base = {
    seed,
    nodes,
    rounds,
    acceptance: [1, 1, 0.9, 0.5][random.below(4)] ?? 1,
    syncMs: 1 + random.below(40),
  };
  if (plan === 'blackout') return blackout(base, random);
  if (plan === 'succession') return succession(base, random);
  const places = shuffled(random, nodes);
  if (plan === 'alone') return { ...base, faults: alone(random, nodes, places) };
  const byzantine = byzantineFaults(random, plan, nodes, places);
  const honest = places.slice(byzantine.length);
  const faults: readonly Fault[] = [
    ...byzantine,
    ...weather(random, nodes),
    ...crashes(random, honest),
    ...clocks(random, nodes),
    ...(nodes >= 10 && random.uniform() < 0.3 ? [{ kind: 'sign-flip' as const, node: honest[0] ?? 0 }] : []),
  ];
  return { ...base, faults };
}

function byzantineFaults(
  random: SeededRandom,
  plan: PlanName,
  nodes: number,
  places: readonly number[],
): Fault[] {
  const tolerated = Math.floor((nodes - 1) / 3);
  const victim = places.at(-1) ?? 0;
  const named = (count: number, name: () => BehaviourName, from = 0) =>
    places
      .slice(from, from + count)
      .map((node): Fault => ({ kind: 'byzantine', node, behaviour: name(), victim }));
  const one = (names: readonly BehaviourName[]) => names[random.below(names.length)] ?? 'silent';
  const equivocating = () => one(['equivocating-leader', 'equivocating-voter']);
  if (plan === 'silent') return named(tolerated, () => 'silent');
  if (plan === 'equivocating') return named(tolerated, equivocating);
  if (plan === 'mixed') return named(1 + random.below(tolerated), () => one(BEHAVIOUR_NAMES));
  if (plan !== 'overload') return [];
  return [...named(tolerated, () => 'silent'), ...named(tolerated, equivocating, tolerated)];
}

/** Between the first headers and the end of what would be the first round or two. */
function weather(random: SeededRandom, nodes: number): Weather[] {
  return Array.from({ length: random.below(5) }, (): Weather => {
    const span = { atMs: 2_500 + random.below(5_500), forMs: 300 + random.below(4_500) };
    const kind = random.below(6);
    if (kind <= 1) return { kind: 'partition', ...span, groups: split(random, nodes) };
    if (kind === 2) return { kind: 'loss', ...span, share: [0.05, 0.2, 0.5][random.below(3)] ?? 0.2 };
    if (kind === 3) return { kind: 'delay', ...span, mostMs: 200 + random.below(1_800) };
    if (kind === 4) return { kind: 'duplication', ...span, share: 0.2 + 0.6 * random.uniform() };
    return { kind: 'burst', ...span, forMs: Math.min(span.forMs, 2_000) };
  });
}

/** Two or three groups of any sizes. */
function split(random: SeededRandom, nodes: number): number[][] {
  const groups: number[][] = Array.from({ length: 2 + random.below(2) }, () => []);
  for (const node of shuffled(random, nodes)) groups[random.below(groups.length)]?.push(node);
  return groups.filter((group) => group.length > 0);
}

function crashes(random: SeededRandom, honest: readonly number[]): Fault[] {
  return Array.from({ length: random.below(4) }, (): Fault => {
    const node = honest[random.below(Math.min(2, honest.length))] ?? 0;
    return { kind: 'crash', node, atMs: 2_500 + random.below(6_000), forMs: 100 + random.below(4_000) };
  });
}

/** Clocks of any two nodes differ by less than the minute that admission allows. */
function clocks(random: SeededRandom, nodes: number): Fault[] {
  if (random.uniform() < 0.5) return [];
  return Array.from({ length: nodes }, (_, node): Fault => {
    const offsetMs = random.below(58_000) - 29_000;
    return { kind: 'clock', node, offsetMs, drift: (random.below(2_001) - 1_000) / 1_000_000 };
  });
}

/** Headers are sent 3 s after the first block and collected for 3 s; then bodies have 1.5 s before anybody proposes. */
const HEADERS_MS = 3_050;
const SEALED_MS = 6_100;

/**
 * F nodes are silent, and all others but one lose power, when they have sent their headers or after a quorum has sealed,
 * for seconds or for minutes.
 */
function alone(random: SeededRandom, nodes: number, places: readonly number[]): Fault[] {
  const tolerated = Math.floor((nodes - 1) / 3);
  const forMs = (random.below(2) === 0 ? 10_000 : 250_000) + random.below(50_000);
  const [fromMs, withinMs] = random.below(2) === 0 ? [HEADERS_MS, 250] : [SEALED_MS, 1_200];
  return places.slice(1).map((node, i): Fault => {
    if (i < tolerated) return { kind: 'byzantine', node, behaviour: 'silent', victim: node };
    return { kind: 'crash', node, atMs: fromMs + random.below(withinMs), forMs };
  });
}

function shuffled(random: SeededRandom, count: number): number[] {
  return Array.from({ length: count }, (_, i) => ({ i, at: random.uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ i }) => i);
}
