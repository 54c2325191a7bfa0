import { expect } from 'chai';
import fc from 'fast-check';
import {
  createAggregator,
  createServerStep,
  decodeState,
  encodeState,
  type ServerStep,
  serverStepNames,
} from '../index.ts';
import { INITIAL_LOSS, lossesOf, roundsTo } from './quadratic-task.ts';
import { bytesOf, errorOf, toRows } from './support.ts';

/** What a server step moves one weight by, round by round. */
function updatesOf(server: ServerStep, aggregates: readonly number[]): number[] {
  let vectors: Readonly<Record<string, Float64Array>> = Object.fromEntries(
    server.vectors.map((name) => [name, Float64Array.of(server.initial?.[name] ?? 0)]),
  );
  return aggregates.map((delta) => {
    const step = server.step(Float64Array.of(delta), vectors, 1);
    vectors = step.vectors;
    return step.update[0] ?? Number.NaN;
  });
}

describe('server steps', () => {
  const adaptive = { lr: 0.1, beta1: 0.9, tau: 0.001 };
  const deltas = [0.5, -0.25, 0.01];

  it('FedAvgM follows v ← βv + Δ', () => {
    const server = createServerStep('fedavgm', { lr: 0.5, beta1: 0.5 });
    expect(updatesOf(server, [4, 2, -8])).to.deep.equal([2, 2, -3]);
  });

  it('FedAdagrad adds all squares to τ²', () => {
    // v = 9, 25, 169, 7225, whose roots are whole.
    const server = createServerStep('fedadagrad', { lr: 2, tau: 3 });
    expect(updatesOf(server, [4, 12, -84])).to.deep.equal([8 / 8, 24 / 16, -168 / 88]);
  });

  // Worked with 40 decimals; a moment that began at 0, or a bias correction, gives other numbers from the first on.
  const worked: [name: string, options: object, updates: number[]][] = [
    ['fedadagrad', { ...adaptive, beta1: 0.5 }, [0.0499000999999, 0, 0.000892686059218]],
    ['fedadam', { ...adaptive, beta2: 0.99 }, [0.098020190120949, 0.035281803577099, 0.033678188512394]],
    ['fedadam', { ...adaptive, beta2: 0.5 }, [0.014102220316855, 0.00651070010898, 0.008730731784905]],
    ['fedyogi', { ...adaptive, beta2: 0.99 }, [0.0980199980004, 0.035142811516146, 0.033390918351869]],
    ['fedyogi', { ...adaptive, beta2: 0.5 }, [0.01410219219216, 0.006510674151183, 0.006186785084066]],
  ];
  for (const [name, options, updates] of worked) {
    it(`${name} agrees with three rounds worked by hand (${JSON.stringify(options)})`, () => {
      for (const [i, update] of updatesOf(createServerStep(name, options), deltas).entries()) {
        expect(update).to.be.closeTo(updates[i] ?? Number.NaN, 1e-14);
      }
    });
  }

  it('FedYogi leaves a second moment as it is where the square meets it', () => {
    const server = createServerStep('fedyogi', { tau: 2 });
    const { vectors } = server.step(
      Float64Array.of(2),
      { momentum: Float64Array.of(0), secondMoment: Float64Array.of(4) },
      1,
    );
    expect([...(vectors.secondMoment ?? [])]).to.deep.equal([4]);
  });

  it('move each coordinate by itself, and nothing where nothing was aggregated', () => {
    for (const name of serverStepNames.filter((each) => each !== 'scaffold')) {
      const aggregator = createAggregator(name);
      const { update } = aggregator.aggregate(toRows([[1, 0, -1]]), aggregator.initialState(3));
      expect(update[0], name).to.be.greaterThan(0);
      expect(update[2], name).to.equal(-(update[0] ?? 0));
      expect(bytesOf(update.subarray(1, 2)), name).to.equal('0'.repeat(16));
    }
  });

  it('FedAvgM with β = 0 is FedAvg to the bit', () => {
    const fedAvg = createAggregator('fedavg');
    const fedAvgM = createAggregator('fedavgm:lr=1,beta1=0');
    const row = fc.array(fc.double({ noNaN: true, min: -1e300, max: 1e300 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1 }), (rounds) => {
        let state = fedAvgM.initialState(3);
        for (const rows of rounds) {
          const step = fedAvgM.aggregate(toRows(rows), state);
          state = step.state;
          const plain = fedAvg.aggregate(toRows(rows), fedAvg.initialState(3));
          expect(bytesOf(step.update)).to.equal(bytesOf(plain.update));
        }
      }),
      { seed: 151, numRuns: 100 },
    );
  });

  it('FedAvgM with β = 0.9 reaches a loss in fewer rounds than FedAvg where one direction is flat', () => {
    const target = INITIAL_LOSS / 1000;
    const rounds = ['fedavg', 'fedavgm:lr=1,beta1=0.9', 'fedavgm'].map((name) =>
      roundsTo(lossesOf(createAggregator(name), 1000), target),
    );
    const [plain = 0, momentum = 0, byDefault = 0] = rounds;
    expect(plain, 'fedavg').to.be.within(100, 1000);
    expect(momentum, 'β = 0.9').to.be.lessThan(plain / 3);
    expect(byDefault, 'default').to.be.lessThan(plain / 1.5);
  });

  it('adaptive steps by default bring the task near its optimum and keep it there', () => {
    for (const name of ['fedadagrad', 'fedadam', 'fedyogi']) {
      const losses = lossesOf(createAggregator(name), 300);
      expect(Math.max(...losses), name).to.be.lessThan(INITIAL_LOSS);
      expect(roundsTo(losses, INITIAL_LOSS / 100), name).to.be.lessThan(200);
    }
  });

  it('go on after their state was written and read as if it never had been', () => {
    const rounds = fc.array(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 4, maxLength: 4 }),
      { minLength: 1, maxLength: 6 },
    );
    for (const name of serverStepNames) {
      const aggregator = createAggregator(name);
      const d = name === 'scaffold' ? 2 : 4;
      expect(aggregator.rowSize(d)).to.equal(4);
      fc.assert(
        fc.property(rounds, (given) => {
          let [kept, read] = [aggregator.initialState(d), aggregator.initialState(d)];
          for (const row of given) {
            const rows = toRows([row, [1, -2, 3, -4]]);
            const first = aggregator.aggregate(rows, kept);
            const second = aggregator.aggregate(rows, read);
            expect(bytesOf(second.update)).to.equal(bytesOf(first.update));
            kept = first.state;
            read = decodeState(encodeState(second.state), aggregator.stateShape(d));
          }
          expect(read).to.deep.equal(kept);
        }),
        { seed: 152, numRuns: 30 },
      );
    }
  });

  it('leave the vectors that they are given as they were', () => {
    for (const name of serverStepNames) {
      const server = createServerStep(name);
      const d = 3;
      const vectors = Object.fromEntries(server.vectors.map((each) => [each, Float64Array.of(1, 2, 3)]));
      const before = structuredClone(vectors);
      const aggregate = new Float64Array(server.rowSize?.(d) ?? d).fill(-1);
      server.step(aggregate, vectors, 2);
      expect(vectors).to.deep.equal(before);
      expect([...new Set(aggregate)]).to.deep.equal([-1]);
    }
  });

  it('SCAFFOLD moves the weights by the first half and the control variate by its share of the second', () => {
    const step = (options: object, rows: number) =>
      createServerStep('scaffold', options).step(
        Float64Array.of(4, -8, 2, 6),
        { control: Float64Array.of(1, 1) },
        rows,
      );
    expect([...step({}, 3).update]).to.deep.equal([4, -8]);
    expect([...(step({}, 3).vectors.control ?? [])]).to.deep.equal([3, 7]);
    expect([...step({ lr: 0.5, clients: 8 }, 2).update]).to.deep.equal([2, -4]);
    expect([...(step({ lr: 0.5, clients: 8 }, 2).vectors.control ?? [])]).to.deep.equal([1.5, 2.5]);
    const error = errorOf(() => step({ clients: 2 }, 3));
    expect(error.code).to.equal('RULE_CONDITION');
    expect(error.message).to.include('clients = 2').and.include('n = 3');
  });

  it('refuse options without meaning', () => {
    for (const name of serverStepNames) {
      for (const lr of [0, -1, Number.NaN, Infinity]) {
        expect(errorOf(() => createServerStep(name, { lr })).code, name).to.equal('RULE_OPTION');
      }
    }
    for (const name of ['fedavgm', 'fedadagrad', 'fedadam', 'fedyogi']) {
      for (const beta1 of [-0.1, 1, 2, Number.NaN]) {
        expect(errorOf(() => createServerStep(name, { beta1 })).code, name).to.equal('RULE_OPTION');
      }
    }
    for (const name of ['fedadam', 'fedyogi']) {
      expect(errorOf(() => createServerStep(name, { beta2: 1 })).code, name).to.equal('RULE_OPTION');
    }
    for (const name of ['fedadagrad', 'fedadam', 'fedyogi']) {
      expect(errorOf(() => createServerStep(name, { tau: 0 })).code, name).to.equal('RULE_OPTION');
    }
    for (const clients of [0, 1.5, -1]) {
      expect(errorOf(() => createServerStep('scaffold', { clients })).code).to.equal('RULE_OPTION');
    }
    expect(errorOf(() => createServerStep('fedavgm', { tau: 1 })).message).to.equal(
      'fedavgm takes no option tau, expected lr or beta1',
    );
  });

  it('refuse to carry on with a moment that left the range of float64', () => {
    const aggregator = createAggregator('fedadam');
    const act = () => aggregator.aggregate(toRows([[1e200]]), aggregator.initialState(1));
    expect(errorOf(act).code).to.equal('RESULT_NOT_FINITE');
    expect(errorOf(act).message).to.include('fedadam');
  });
});
