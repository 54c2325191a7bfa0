import type { Slices } from '../../node/data/index.ts';
import {
  type EventCase,
  type EventFigures,
  loadEventMarkets,
  openEvent,
  RISK_EVENTS,
} from './risk-events.ts';

const CASES: readonly EventCase[] = (['record', 'none'] as const).flatMap((unit) =>
  (['outside', 'before', 'month'] as const).flatMap((history) =>
    [false, true].map((alone) => ({ unit, history, alone })),
  ),
);

/** Runs every case on every event; one line a case, the mean over runs, and the interval of the first. */
export async function printEvents(
  slices: Slices,
  seeds: readonly number[],
  print: (line: string) => void,
): Promise<void> {
  const markets = await loadEventMarkets(slices);
  for (const event of RISK_EVENTS) {
    const bench = openEvent(markets, event);
    print(`\n${event.name}, left out: ${bench.rows} rows of the public market`);
    print(
      '| case | events | AUC (least) | EWMA / persist. | AUC gain | log loss, EWMA (least) | persist. | QLIKE, EWMA (least) | persist. |',
    );
    print('|---|---|---|---|---|---|---|---|---|');
    for (const one of CASES)
      print(
        caseLine(
          one,
          seeds.flatMap((seed) => bench.run(one, seed)),
        ),
      );
  }
}

function caseLine({ unit, history, alone }: EventCase, runs: readonly EventFigures[]): string {
  const first = runs[0];
  if (first === undefined) throw new RangeError('events: got no run, expected at least 1');
  const mean = (of: (run: EventFigures) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const least = (of: (run: EventFigures) => number) => Math.min(...runs.map(of));
  const percent = (share: number) => (100 * share).toFixed(1).replace('-', '−');
  const auc = ({ head }: EventFigures) => head.drawdown.auc ?? Number.NaN;
  const skill = (target: 'drawdown' | 'volatility', baseline: 'ewma' | 'persistence') => {
    const of = (run: EventFigures) => run[target][baseline].skill;
    // An interval of one run says nothing of seven nodes apart.
    const { low, high } = first[target][baseline];
    const interval = alone ? '' : ` [${percent(low)}, ${percent(high)}]`;
    return `${percent(mean(of))} %${baseline === 'ewma' ? ` (${percent(least(of))} %)` : ''}${interval}`;
  };
  const { low, high } = first.aucGain;
  return `| ${[
    `${unit === 'none' ? 'off' : unit}, ${history}, ${alone ? 'each alone' : 'federated'}`,
    `${percent(first.head.eventShare)} %`,
    `${mean(auc).toFixed(3)} (${least(auc).toFixed(3)})`,
    `${(first.ewma.drawdown.auc ?? Number.NaN).toFixed(3)} / ${(first.persistence.drawdown.auc ?? Number.NaN).toFixed(3)}`,
    alone ? '' : `[${low.toFixed(3)}, ${high.toFixed(3)}]`.replaceAll('-', '−'),
    skill('drawdown', 'ewma'),
    skill('drawdown', 'persistence'),
    skill('volatility', 'ewma'),
    skill('volatility', 'persistence'),
  ].join(' | ')} |`;
}
