import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hourOfDate } from '../../node/data/index.ts';
import { withMirror } from '../../node/features/index.ts';
import { createPegModel, fitPublicNumbers } from '../../node/models/index.ts';
import { float64Engine } from '../../node/training/index.ts';
import { PERSONAL_WARNING, personalize } from '../../node/training/personalize.ts';
import { joinPegExamples } from './join-examples.ts';
import { loadOracles, rowsOf } from './peg-horizons/data.ts';
import { lossesOf, skillsOf } from './peg-horizons/judge.ts';
import { trainByAdam } from './peg-horizons/training.ts';

// What a few proximal steps on a node's own last three months do to weights that all learned together: four oracles, the
// linear peg model of 24 and 4 hours trained before May 2022, tuned by each on its own calm months before the cut, and
// tested in the months after it, in which Terra, Celsius and FTX fell.
//
//     node simulations/experiments/personal-heads.ts
//
// The recorded markets are read from BALLAST_DATA (../shared/data unless set).

const CUT = hourOfDate('2022-05-01');
const OWN_HOURS = 90 * 24;
const RATE = 0.1;
const ALWAYS = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const print = (line: string) => process.stdout.write(`${line}\n`);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(8);

async function study(folder: string): Promise<void> {
  const coins = await loadOracles(folder);
  const rows = rowsOf();
  print(`note: ${PERSONAL_WARNING}`);
  print('horizon  steps     μ   skill to B2   against shared   own months');
  for (const horizon of [4, 24] as const) {
    const before = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, to: CUT - horizon }])[0]!);
    const own = coins.map((coin) => rows(coin, horizon, [{ from: CUT - OWN_HOURS, to: CUT - horizon }])[0]!);
    const tests = coins.map((coin) => rows(coin, horizon, [{ ...ALWAYS, from: CUT }])[0]!);
    const joined = joinPegExamples(before);
    const model = createPegModel({ kind: 'linear' }, horizon);
    const numbers = fitPublicNumbers(joined);
    const weights = trainByAdam(model, joined);
    const open = own.map((set) => float64Engine.open(model, withMirror(set)));
    const skillOf = (personal: readonly Float64Array[], sets: typeof tests) =>
      skillsOf(sets.map((set, i) => lossesOf({ model, weights: personal[i]!, numbers }, set))).B2.skill;
    const shared = skillOf(
      coins.map(() => weights),
      tests,
    );
    for (const [steps, mu] of [
      [0, 0],
      [5, 1],
      [5, 0],
      [20, 1],
      [20, 0.1],
      [20, 0],
      [100, 1],
      [100, 0.1],
      [100, 0],
    ] as const) {
      const personal = open.map((gradients) =>
        personalize(gradients, weights, { steps, mu, learningRate: RATE }, () => {}),
      );
      const skill = skillOf(personal, tests);
      print(
        `${`${horizon} h`.padEnd(7)}  ${String(steps).padStart(5)}  ${String(mu).padStart(4)}      ${percent(skill)}         ${percent(skill - shared)}     ${percent(skillOf(personal, own))}`,
      );
    }
  }
}

parseArgs();
const folder = process.env.BALLAST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
if (existsSync(folder)) await study(folder);
else print(`nothing at ${folder}: set BALLAST_DATA to the recorded markets`);
