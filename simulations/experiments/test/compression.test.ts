import { expect } from 'chai';
import { slicesFor } from '../../../node/data/index.ts';
import { TRAINING_DEFAULTS } from '../../../node/training/index.ts';
import { type Codec, type CompressedMarket, runCompressed } from '../compressed-run.ts';
import { prepareMarket } from '../federated-run.ts';
import { thinned } from '../wide-market.ts';

describe('compressed updates on the peg task, published training with noise, one market', () => {
  let market: CompressedMarket;
  before(async () => {
    const { model, training, judge } = await prepareMarket(await slicesFor(undefined, 201, 3), 1);
    // Two rows a day of every record: what compression loses shows as it does on all rows.
    const rows = training.map((nodes) =>
      nodes.map(({ peg }) => ({ peg: peg.map((set) => thinned(set, { hours: 12 })) })),
    );
    market = { model, training: rows, judge };
  });
  const run = (judgedAfter: readonly number[], codec?: Codec) =>
    runCompressed(market, {
      training: TRAINING_DEFAULTS,
      judgedAfter,
      seed: 'test',
      ...(codec === undefined ? {} : { codec }),
    });
  const loss = ({ judged }: ReturnType<typeof run>, at = 0) => judged[at]?.loss ?? Number.NaN;

  it('are a twentieth of float32 and cost at most 2 % of the held-out metric with error feedback', () => {
    const plain = run([10, 40]);
    expect(plain.ratio).to.equal(1);
    expect(plain.judged[1]?.skill).to.be.greaterThan(0.1);
    const compressed = run([10, 40], { share: 0.05, feedback: true });
    expect(compressed.ratio).to.be.at.least(20);
    expect(loss(compressed, 1) / loss(plain, 1) - 1).to.be.at.most(0.02);
    // A residual that is dropped shows while the model still moves: 9 % against 2 % after ten rounds.
    const without = run([10], { share: 0.05, feedback: false });
    expect(loss(without) - loss(plain)).to.be.greaterThan(2 * (loss(compressed) - loss(plain)));
  });
});
