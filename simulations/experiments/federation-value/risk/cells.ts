import { STRESS_EVENTS } from '../../../../node/data/index.ts';
import { RISK_HORIZON_HOURS } from '../../../../node/features/index.ts';
import type { NamedMarket } from '../../risk-drawdown/perpetuals.ts';
import { type Cell, cell, INSURED } from '../cell.ts';
import { CALM_HOURS, MONTH_HOURS, SHORT_HOURS } from '../histories.ts';
import { averageRisk } from './average.ts';
import { calmestMarkets, marketsByPeriod } from './histories.ts';
import { calmRisk, newcomerRisk } from './insurance.ts';
import { openRiskBench } from './judging.ts';
import { calmTogether, newcomerTogether } from './together.ts';
import { openRiskTrial, RISK_STARTS, type RiskStart } from './trial.ts';

/** Days of a calm history in all, 14 of them for averages, as in the cases of the peg. */
export const RISK_DAYS = [60, 44, 30] as const;
const HOURS: Readonly<Record<(typeof RISK_DAYS)[number], number>> = {
  60: CALM_HOURS,
  44: MONTH_HOURS,
  30: SHORT_HOURS,
};
type Insured = (typeof INSURED)[number];

/** How the risk head is insured: calm nodes, and newcomers, before each event. */
export function riskCells(markets: readonly NamedMarket[]): Cell[] {
  const settledOf = (event: Insured) => marketsByPeriod(markets, STRESS_EVENTS[event].from);
  const trials = (event: Insured, start: RiskStart) => {
    const histories = settledOf(event);
    const open = (own: typeof histories) =>
      openRiskTrial({ markets, histories: own, event: STRESS_EVENTS[event], start });
    return {
      calm: (days: (typeof RISK_DAYS)[number]) => open(calmestMarkets(histories, HOURS[days])),
      settled: () => open(histories),
    };
  };
  return RISK_STARTS.flatMap((start) => [
    ...RISK_DAYS.flatMap((days) =>
      INSURED.flatMap((event) => [
        cell(`risk/calm/${start}/${days}/${event}`, (seeds) =>
          calmRisk(trials(event, start).calm(days), benchOf(event), seeds),
        ),
        cell(`risk/newcomer/${start}/${days}/${event}`, (seeds) => {
          const { calm, settled } = trials(event, start);
          return newcomerRisk(settled(), calm(days), benchOf(event), seeds);
        }),
      ]),
    ),
    cell(`risk/average/${start}/calm`, () =>
      averageRisk(
        INSURED.map((event) =>
          RISK_DAYS.map((days) => {
            const trial = trials(event, start).calm(days);
            return { trial, together: calmTogether(trial), shared: trial.plan };
          }),
        ),
        INSURED.map(rowsRange),
      ),
    ),
    cell(`risk/average/${start}/newcomer`, () =>
      averageRisk(
        INSURED.map((event) => {
          const { calm, settled } = trials(event, start);
          const others = settled();
          return RISK_DAYS.map((days) => {
            const trial = calm(days);
            return { trial, together: newcomerTogether(others, trial), shared: others.plan };
          });
        }),
        INSURED.map(rowsRange),
      ),
    ),
  ]);
}

function benchOf(event: Insured) {
  return openRiskBench(rowsRange(event), 1 + INSURED.indexOf(event));
}

/** Hours whose labels end in the event. */
function rowsRange(event: Insured) {
  const { from, to } = STRESS_EVENTS[event];
  return { from, to: to - RISK_HORIZON_HOURS };
}
