import type { RollJson, RoundJson, RoundSummaryJson } from '../../api/index.ts';
import type { AlertRule } from './alerts.ts';
import type { Answer, Answers } from './answers.ts';
import type { Samples } from './metric-samples.ts';
import type { ReportSection } from './report-sections.ts';
import type { ViewId } from './resources.ts';

/** What an event told that no route answers; the newest first. */
export type LogLine = { readonly atMs: number; readonly kind: string; readonly words: string };

/** What became of this node's update in a round; null where none of it was sealed. */
export type OwnRow = { readonly round: number; readonly fate: string | null };

export type RoundDetail = {
  readonly round: number;
  readonly detail: Answer<RoundJson>;
  readonly roll: Answer<RollJson>;
};

export type LeftOutReasons = ReadonlyMap<number, ReadonlyMap<string, string>>;

/** Lists that begin short and grow when they are asked to. */
export type ListId = 'nodes' | 'rounds' | 'peers' | 'decisions' | 'log' | 'refusals' | 'roll';

/** All that the page shows; views are functions of it. */
export type PageState = {
  readonly nowMs: number;
  readonly view: ViewId;
  readonly answers: Answers;
  /** Decided rounds, the newest first, {@link MAX_ROUNDS} at most. */
  readonly rounds: readonly RoundSummaryJson[];
  readonly opened: RoundDetail | undefined;
  /** The roll of the last decided round. */
  readonly last: Pick<RoundDetail, 'round' | 'roll'> | undefined;
  /** Why the rule gave updates no weight, by round and node, as the events told it. */
  readonly reasons: LeftOutReasons;
  readonly own: readonly OwnRow[];
  readonly log: readonly LogLine[];
  readonly refused: readonly LogLine[];
  readonly samples: Samples;
  readonly metric: string | undefined;
  readonly rules: readonly AlertRule[];
  readonly parameter: string | undefined;
  readonly horizon: number | undefined;
  /** Whether the history of a parameter is drawn without its bounds. */
  readonly isCloseUp: boolean;
  readonly shown: Readonly<Record<ListId, number>>;
};

/** What a reader may do. */
export type Actions = {
  readonly showMore: (list: ListId) => void;
  readonly openRound: (round: number | undefined) => void;
  readonly chooseParameter: (name: string) => void;
  readonly chooseHorizon: (hours: number) => void;
  readonly closeUp: (isCloseUp: boolean) => void;
  readonly chooseMetric: (name: string) => void;
  readonly addRule: (rule: AlertRule) => void;
  readonly dropRule: (place: number) => void;
  readonly makeReport: (sections: readonly ReportSection[]) => void;
};

export const MAX_ROUNDS = 1_000;
export const MAX_LINES = 200;
/** Rows of a list at first, and with each further wish. */
export const ROWS_AT_ONCE = 20;

/** The newest of both lists by round, each once. */
export function mergeRounds(
  kept: readonly RoundSummaryJson[],
  more: readonly RoundSummaryJson[],
): readonly RoundSummaryJson[] {
  const all = new Map([...kept, ...more].map((item) => [item.round, item]));
  return [...all.values()].sort((a, b) => b.round - a.round).slice(0, MAX_ROUNDS);
}
