import { requireColumns, requireEvents } from './input.ts';

/**
 * Chance that an event has a higher score than a calm row: Mann and Whitney's statistic over all pairs; ties count half.
 *
 * @param event 1 or 0 by row.
 * @returns null without events or without calm.
 */
export function areaUnderCurve(score: Float64Array, event: Uint8Array): number | null {
  return openAuc(score, event)(ones(score.length));
}

/**
 * The same for many resamples of the rows: sorted once, then linear in the rows.
 *
 * @returns a function of how often each row is taken.
 * @throws BallastError `METRIC_INPUT` for scores and events that do not pair.
 */
export function openAuc(score: Float64Array, event: Uint8Array): (times: Uint16Array) => number | null {
  const rows = requireColumns({ score, event });
  requireEvents(event);
  const order = Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => score[a]! - score[b]!);
  // Where a run of equal scores begins.
  const begins = Uint8Array.from(order, (row, k) => (k > 0 && score[row] === score[order[k - 1]!] ? 0 : 1));
  return (times) => {
    let [events, calm, above, tiedEvents, tiedCalm] = [0, 0, 0, 0, 0];
    for (let k = 0; k < rows; k++) {
      if (begins[k] === 1) {
        above += tiedEvents * (calm + tiedCalm / 2);
        events += tiedEvents;
        calm += tiedCalm;
        tiedEvents = 0;
        tiedCalm = 0;
      }
      const row = order[k]!;
      if (event[row] === 1) tiedEvents += times[row]!;
      else tiedCalm += times[row]!;
    }
    above += tiedEvents * (calm + tiedCalm / 2);
    events += tiedEvents;
    calm += tiedCalm;
    return events === 0 || calm === 0 ? null : above / (events * calm);
  };
}

function ones(rows: number): Uint16Array {
  return new Uint16Array(rows).fill(1);
}
