import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { preAggregatorNames, ruleNames, simdKernels } from '../../../../aggregation/index.ts';
import { bytesOf } from '../../../../aggregation/test/support.ts';
import { shareOfBound } from '../bound.ts';
import { type Cell, foreseen } from '../measure.ts';
import { fillRows } from '../rows.ts';
import { createCall, kernelWork, liarsAmong, subjects } from '../subjects.ts';
import { cellText, ruleTables } from '../tables.ts';

const ENTRY = fileURLToPath(new URL('../../aggregation-bench.ts', import.meta.url));

const cell = (n: number, d: number, report: Cell['report']): Cell => ({
  subject: { kind: 'rule', name: 'krum' },
  n,
  d,
  report,
});

describe('aggregation bench', () => {
  it('has a call for every rule and pre-aggregator there is', () => {
    const all = subjects();
    const names = (kind: string) => all.filter((subject) => subject.kind === kind).map(({ name }) => name);
    expect(names('rule')).to.deep.equal([...ruleNames]);
    expect(names('pre')).to.deep.equal([...preAggregatorNames]);
  });

  it('gets the same bits from every one of them with vector instructions', () => {
    const simd = simdKernels();
    for (const [n, d] of [
      [11, 8],
      [23, 37],
      [32, 801],
    ] as const) {
      const rows = Array.from({ length: n }, () => new Float64Array(d));
      fillRows(rows, liarsAmong(n), 1);
      for (const subject of subjects()) {
        const call = createCall(subject, n, d);
        const wanted = call.run(rows);
        expect(wanted.length, subject.name).to.be.greaterThan(0);
        expect(call.run(rows, simd).map(bytesOf), `${subject.name}, n = ${n}`).to.deep.equal(
          wanted.map(bytesOf),
        );
      }
    }
  });

  it('foresees a call from the largest measured: in proportion to d and to n²', () => {
    const known = [
      cell(10, 1000, { seconds: 1, peakBytes: 1, plainSeconds: 3 }),
      cell(50, 1000, { seconds: 4, peakBytes: 1 }),
      cell(100, 1000, { refused: 'RULE_CONDITION' }),
    ];
    expect(foreseen(known, 100, 5000, 'seconds')).to.equal(80);
    expect(foreseen(known, 100, 1000, 'plainSeconds')).to.equal(300);
    expect(foreseen([], 100, 1000, 'seconds')).to.equal(undefined);
  });

  it('holds a call against what binds it', () => {
    const bound = { threads: 2, flops: 10, bytes: 100 };
    expect(shareOfBound(bound, { flops: 20, bytes: 100 }, 4)).to.deep.equal({
      share: 0.5,
      binds: 'arithmetic',
    });
    expect(shareOfBound(bound, { flops: 5, bytes: 100 }, 4)).to.deep.equal({ share: 0.25, binds: 'memory' });
    expect(kernelWork('distances', 4, 10)).to.deep.equal({ flops: 180, bytes: 320 });
  });

  it('says in a cell what was measured, or why not', () => {
    expect(cellText(cell(1, 1, { seconds: 0.25, peakBytes: 3e8, plainSeconds: 1 }))).to.equal(
      '250 ms, ×4.0, 300 MB',
    );
    expect(cellText(cell(1, 1, { seconds: 2, peakBytes: 3e8 }))).to.equal('2.00 s, 300 MB');
    const other = { seconds: 5e-6, peakBytes: 1e6, plainSeconds: 1e-5, sameBits: false };
    expect(cellText(cell(1, 1, other))).to.equal('5 µs, ×2.0, 1 MB, OTHER BITS');
    expect(cellText(cell(1, 1, { refused: 'RULE_CONDITION' }))).to.equal('– (RULE_CONDITION)');
    const subject = { kind: 'rule', name: 'krum' } as const;
    const sizes = [50, 10].map((n) => ({ subject, n, d: 7, report: { refused: `${n}` } }));
    expect(ruleTables(sizes)).to.include('| `krum` | – (10) | – (50) |');
  });

  it('measures a cell in a process of its own, and skips what is too large', () => {
    const args = '--n 9 --d 500,4000 --rules median --memory 0.2 --threads 1 --json'.split(' ');
    const output = execFileSync(process.execPath, [ENTRY, ...args], { encoding: 'utf8', stdio: 'pipe' });
    const { bound, cells } = JSON.parse(output);
    expect(bound.flops).to.be.greaterThan(1e6);
    expect(cells.map(({ report }: Cell) => Object.keys(report).sort().join())).to.deep.equal([
      'peakBytes,plainSeconds,sameBits,seconds',
      'refused',
      'peakBytes,plainSeconds,sameBits,seconds',
      'refused',
    ]);
    expect(cells[0].report.sameBits).to.equal(true);
    expect(cells[1].report.refused).to.equal('rows of 0.3 MB');
  });

  it('refuses options that mean nothing', () => {
    const { status, stderr } = spawnSync(process.execPath, [ENTRY, '--rules', 'krumm'], { encoding: 'utf8' });
    expect(status).to.equal(2);
    expect(stderr).to.include('got krumm').and.to.include('multi-krum');
  });
});
