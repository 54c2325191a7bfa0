import { expect } from 'chai';
import type { SimulationResult } from '../../federation/index.ts';
import { ruleTable, tableCases } from '../rule-table.ts';

const kept = (gainKept: number | null) => ({ summary: { gainKept } }) as SimulationResult;

describe('the table of rules and attacks', () => {
  const attacks = [
    { label: 'a', attack: 'sign-flip' },
    { label: 'b', attack: 'alie', attackOptions: { z: 1.5 } },
  ];

  it('has every rule against every attack, rule after rule', () => {
    expect(tableCases(['krum', 'median'], attacks)).to.deep.equal([
      { rule: 'krum', attack: 'sign-flip' },
      { rule: 'krum', attack: 'alie', attackOptions: { z: 1.5 } },
      { rule: 'median', attack: 'sign-flip' },
      { rule: 'median', attack: 'alie', attackOptions: { z: 1.5 } },
    ]);
  });

  it('shows the least over the seeds, and the worst case of each rule last', () => {
    const runs = [
      [kept(0.5), kept(0.9), kept(1), kept(-0.25)],
      [kept(0.6), kept(0.8), kept(1.01), kept(null)],
    ];
    expect(ruleTable(['krum', 'median'], attacks, runs).split('\n')).to.deep.equal([
      '| rule | a | b | **worst** |',
      '|---|--:|--:|--:|',
      '| `krum` | 50 | 80 | 50 |',
      '| `median` | 100 | – | – |',
    ]);
  });
});
