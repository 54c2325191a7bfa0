import { beaconOrder } from '../../coordinator/beacon.ts';
import type { BehaviourName } from './behaviours/registry.ts';
import type { Fault, Schedule } from './fault.ts';
import { SCENARIO_PARAMETERS } from './parameters.ts';
import type { SeededRandom } from './random.ts';
import { runSchedule } from './run-schedule.ts';

// Schedules that strike while the first round is being agreed on, and put liars where the leaders of its next views
// are: who leads follows from the beacon, and when members vote from the links; a run in which nothing fails shows both.

type Calm = Omit<Schedule, 'faults'>;

const LOCK_LIES = ['lock-breaking', 'false-lock'] as const;

/** How long a node stays away at most after the power failed, and how long the one that had decided does. */
const AWAY_MS = 7_000;
const LONGEST_AWAY_MS = 2 * AWAY_MS + 8_000;

/**
 * The power fails everywhere just when the first node holds the first certificate, and that node stays away longest:
 * the others must come to the very same entry from what their disks kept. They come back far apart, so that views
 * end before a quorum is there and a lock has to be carried on; the leaders of the next views lie about it.
 */
export async function blackout(base: Calm, random: SeededRandom): Promise<Schedule> {
  const { nodes } = base;
  const quorum = Math.floor((nodes + tolerated(nodes)) / 2) + 1;
  const { leaders, deciders, decidedMs } = await firstRound(base);
  // So many that a quorum is there while the one that had decided is away.
  const liars = liarsAmong(leaders.slice(1, nodes - quorum), random, LOCK_LIES);
  const first = deciders.find((node) => !leaders.slice(1, nodes - quorum).includes(node));
  const deaths = Array.from({ length: nodes }, (_, node): Fault => {
    const forMs = node === first ? LONGEST_AWAY_MS : 500 + random.below(AWAY_MS);
    return { kind: 'crash', node, atMs: decidedMs + 1, forMs };
  });
  return { ...base, faults: [...liars, ...deaths] };
}

/**
 * Every link is cut when some members are locked and nobody has decided, until the view is over: what no message
 * brings, their locks must carry on. F members that lead one after the other, from this view on or from the next,
 * lie about locks, or show too few reports.
 */
export async function succession(base: Calm, random: SeededRandom): Promise<Schedule> {
  const { nodes } = base;
  const { leaders, view, lockedMs } = await firstRound(base);
  const from = view + Math.min(1, random.below(3));
  const places = Array.from({ length: tolerated(nodes) }, (_, i) => leaders[(from + i) % nodes] ?? 0);
  const { fetchMs, viewMs } = SCENARIO_PARAMETERS.timeouts;
  const cut: Fault = {
    kind: 'partition',
    atMs: (lockedMs[random.below(lockedMs.length)] ?? 0) + 1,
    forMs: fetchMs + viewMs * 2 ** view + random.below(viewMs),
    groups: Array.from({ length: nodes }, (_, node) => [node]),
  };
  return {
    ...base,
    faults: [...liarsAmong(places, random, ['lock-breaking', ...LOCK_LIES, 'few-reports']), cut],
  };
}

function tolerated(nodes: number): number {
  return Math.floor((nodes - 1) / 3);
}

function liarsAmong(
  places: readonly number[],
  random: SeededRandom,
  behaviours: readonly BehaviourName[],
): Fault[] {
  return places.map((node): Fault => {
    const behaviour = behaviours[random.below(behaviours.length)] ?? 'silent';
    return { kind: 'byzantine', node, behaviour, victim: node };
  });
}

/** The first round where nothing fails: who leads its views in turn, which view ends it, and when it does so. */
async function firstRound(base: Calm) {
  const locked: { readonly view: number; readonly atMs: number }[] = [];
  const { report } = await runSchedule(
    { ...base, rounds: 1, faults: [] },
    {
      onSaid: ({ type, round, view }, atMs) => {
        if (type === 'commit' && round === 1) locked.push({ view, atMs });
      },
    },
  );
  const [first] = report.decisions;
  const { view = 0, entry } = first?.decided.certificate ?? {};
  const ids = report.nodes.map(({ nodeId }) => nodeId);
  const decidedMs = first?.atMs ?? 0;
  return {
    leaders: beaconOrder(entry?.beacon ?? '', ids).map((id) => ids.indexOf(id)),
    /** The nodes in the order in which they decide. */
    deciders: report.decisions.map(({ node }) => node),
    view,
    decidedMs,
    /** When members said that they are locked, before any decided. */
    lockedMs: locked.filter((lock) => lock.view === view && lock.atMs < decidedMs).map(({ atMs }) => atMs),
  };
}
