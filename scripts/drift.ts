/** `npm run bench:drift`: the worst that a captured quorum can do to each parameter, beside other protocols' updaters. */
import { DRIFT_DAYS, OTHERS, pushedFor, worstDrift } from '../contracts/client/drift.ts';
import { PARAMETER_SETTINGS } from '../contracts/client/parameter-settings.ts';

const WAD = 10n ** 18n;

console.log(
  '| parameter, direction | a change | 24 h | 7 d | 30 d | 30 d without bounds | limits, 7 and 30 d |',
);
console.log('|---|---|---|---|---|---|---|');
for (const setting of PARAMETER_SETTINGS) {
  const show = (amount: bigint) =>
    setting.unit.startsWith('wad')
      ? `${(Number((amount * 1_000_000n) / WAD) / 10_000).toFixed(2)} points`
      : amount.toLocaleString('en-US');
  for (const rises of [true, false]) {
    const step = rises ? setting.limits.stepUp : setting.limits.stepDown;
    const drifts = DRIFT_DAYS.map((days) => show(worstDrift(setting, rises, days, true)));
    const free = show(worstDrift(setting, rises, 30, false));
    const row = [
      `\`${setting.name}\` ${rises ? 'up' : 'down'}`,
      show(step),
      ...drifts,
      free,
      `${show(setting.drift.week)}, ${show(setting.drift.month)}`,
    ];
    console.log(`| ${row.join(' | ')} |`);
  }
}
console.log('\n| others, by their rules | start | 24 h | 7 d | 30 d |');
console.log('|---|---|---|---|---|');
for (const updater of OTHERS) {
  const values = DRIFT_DAYS.map((days) => Number(pushedFor(updater, days).toPrecision(6)));
  console.log(`| ${[updater.name, updater.start, ...values].join(' | ')} |`);
}
