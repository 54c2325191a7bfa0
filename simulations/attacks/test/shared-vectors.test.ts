import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Attack, type AttackView, alieDeviation, createAttack, type Perturbation } from '../index.ts';
import { aggregationOf, expectClose, toRows } from './support.ts';

const FILE = fileURLToPath(
  new URL('../../../../shared/vectors/aggregation-and-attacks.json', import.meta.url),
);

type Shared = {
  readonly inputs: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly attacks: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly alie_zmax: Readonly<Record<string, { readonly z_max: number }>>;
};

/** The rows that are honest in each input. */
const HONEST = { D1: ['D1', 3], D2honest: ['D2', 5], D3honest: ['D3', 9] } as const;

/** Which attack a key names, and what it is told beside the honest updates. */
function attackOf(key: string): { readonly attack: Attack; readonly more: Partial<AttackView> } {
  const [name = '', argument = ''] = key.split(/\((.*)\)/s);
  const value = Number(argument.replace('tau=', ''));
  if (name === 'SignFlipping') return { attack: createAttack('ipm'), more: {} };
  if (name === 'IPM') return { attack: createAttack('ipm', { boost: value }), more: {} };
  if (name === 'ALIE') return { attack: createAttack('alie', { z: value }), more: {} };
  if (name === 'Mimic') return { attack: createAttack('mimic', { index: value }), more: {} };
  const optimised = /^agg=TrMean\((\d)\),pre=\[(.*)\],f=\1$/.exec(argument);
  const attack = { OptIPM: 'opt-ipm', OptALIE: 'opt-alie' }[name];
  if (optimised === null || attack === undefined) throw new Error(`no attack for ${key}`);
  const f = Number(optimised[1]);
  const isMixed = optimised[2] === `NNM(${f}),Clipping(2.0)`;
  if (!isMixed && optimised[2] !== '') throw new Error(`no aggregation for ${key}`);
  const aggregation = aggregationOf(isMixed ? 'nnm+clipping:radius=2+trimmed-mean' : 'trimmed-mean', f);
  return { attack: createAttack(attack), more: { liars: f, aggregation } };
}

describe('attacks, the vectors beside the checkout', () => {
  let shared: Shared & Readonly<Record<string, unknown>>;
  before(function () {
    if (!existsSync(FILE)) {
      console.log('      no shared vectors beside the checkout: left out');
      this.skip();
    }
    shared = JSON.parse(readFileSync(FILE, 'utf8'));
  });
  const honestOf = (name: string): Float64Array[] => {
    const [input, rows] = HONEST[name as keyof typeof HONEST];
    return toRows(shared.inputs[input]?.slice(0, rows) ?? []);
  };

  it('every attack of every input', () => {
    let seen = 0;
    for (const [name, cases] of Object.entries(shared.attacks)) {
      const honest = honestOf(name);
      for (const [key, vector] of Object.entries(cases)) {
        const { attack, more } = attackOf(key);
        expectClose(attack.craft({ own: honest[0] ?? new Float64Array(), honest, ...more }), vector, 1e-6);
        seen++;
      }
    }
    expect(seen).to.be.at.least(33);
  });

  it('every closed form of ALIE', () => {
    for (const [key, { z_max }] of Object.entries(shared.alie_zmax)) {
      const [n = 0, f = 0] = key.match(/\d+/g)?.map(Number) ?? [];
      expect(alieDeviation(n, f), key).to.be.closeTo(z_max, 1e-6);
    }
  });

  it('every Min-Max and Min-Sum', () => {
    const section = Object.keys(shared).find((key) => key.startsWith('minmax_minsum')) ?? '';
    const cases = Object.entries(shared[section] as Record<string, { vec: readonly number[] }>);
    expect(cases.length).to.be.at.least(18);
    for (const [key, { vec }] of cases) {
      const [, input = '', name = '', perturbation] = /^(\S+) (\S+) pert=(\S+)$/.exec(key) ?? [];
      const honest = honestOf(input);
      const attack = createAttack(name.toLowerCase(), { perturbation: perturbation as Perturbation });
      expectClose(attack.craft({ own: honest[0] ?? new Float64Array(), honest }), vec, 1e-6);
    }
  });
});
