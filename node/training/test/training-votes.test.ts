import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { createPrng } from '../../data/index.ts';
import { createLstm, initialLstmWeights, type LstmExamples, PEG_LSTM } from '../../models/lstm/index.ts';
import { trainLstmInThread } from '../lstm-thread.ts';
import { LSTM_TRAINING } from '../lstm-training.ts';

const model = createLstm(PEG_LSTM);

function draw(rows: number): LstmExamples {
  const prng = createPrng(1);
  return {
    rows,
    channels: Float64Array.from({ length: (rows + PEG_LSTM.steps) * PEG_LSTM.inputs }, () => prng.normal()),
    start: Uint32Array.from({ length: rows }, (_, i) => i),
    y: Float64Array.from({ length: rows * PEG_LSTM.outputs }, () => prng.normal()),
    levels: Array.from({ length: PEG_LSTM.outputs }, (_, q) => [0.1, 0.5, 0.9][q % 3] ?? 0.5),
  };
}

const job = {
  spec: PEG_LSTM,
  engine: 'tfjs',
  train: draw(4_096),
  held: draw(1),
  weights: initialLstmWeights(model, createPrng(2).uniform),
  options: LSTM_TRAINING,
  seed: 3,
} as const;

describe('training beside votes', () => {
  it('answers votes within 100 ms while the published LSTM trains in its thread', async () => {
    const abort = new AbortController();
    const training = trainLstmInThread(job, abort.signal);
    const ended = training.then(
      () => 'done',
      (reason: unknown) => reason,
    );
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const proposal = new Uint8Array(512);
    const signature = sign(null, proposal, privateKey);
    const waits: number[] = [];
    const until = performance.now() + 1_200;
    while (performance.now() < until) {
      // What is due now is answered when this thread gets to it.
      const due = performance.now() + 5;
      await pause(5);
      expect(verify(null, proposal, publicKey, signature)).to.equal(true);
      sign(null, proposal, privateKey);
      waits.push(performance.now() - due);
    }
    abort.abort(new Error('enough'));
    expect(await ended).to.have.property('message', 'enough');
    waits.sort((a, b) => a - b);
    expect(waits.length).to.be.greaterThan(12);
    const p99 = waits[Math.floor(0.99 * waits.length)] ?? Number.NaN;
    expect(p99).to.be.lessThan(100);
  });

  it('gives back what was trained, and what was wrong', async () => {
    const small = { ...PEG_LSTM, steps: 4, units: [3, 2] as const };
    const own = createLstm(small);
    const set = draw(30);
    const weights = initialLstmWeights(own, createPrng(2).uniform);
    const options = { ...LSTM_TRAINING, epochs: 2, batch: 10 };
    const tiny = { ...job, spec: small, engine: 'float64', train: set, held: set, weights, options } as const;
    const { engine, run } = await trainLstmInThread(tiny);
    expect(engine).to.equal('float64');
    expect(run.losses).to.have.length(2);
    expect(run.weights).to.have.length(own.size);
    const wrong = await trainLstmInThread({ ...tiny, options: { ...options, batch: 0 } }).catch(
      (error: unknown) => error,
    );
    expect(wrong).to.have.property('code', 'TRAINING_OPTION');
  });
});
