import { expect } from 'chai';
import { isDigest } from '../digest.ts';
import type { Encodable } from '../encoding.ts';
import { UsageError } from '../errors.ts';
import { type NetworkDocument, networkId, parseNetworkDocument } from '../network.ts';
import { errorOf } from './expect-error.ts';
import { changedAt, type Path, pathsOf, valueAt } from './paths.ts';

const DOCUMENT: NetworkDocument = {
  name: 'devnet',
  chain: 'eip155:31337',
  contracts: {
    nodeRegistry: `0x${'1'.repeat(40)}`,
    modelRegistry: `0x${'2'.repeat(40)}`,
    parameterRegistry: `0x${'3'.repeat(40)}`,
    controller: `0x${'4'.repeat(40)}`,
  },
  bootstrap: ['/ip4/127.0.0.1/tcp/4001'],
  genesis: { modelDigest: 'a'.repeat(64), layout: 'b'.repeat(64), beaconHeight: 1 },
  model: {},
  parameters: {
    rule: { name: 'multi-krum', f: 2 },
    update: { clipNorm: 1.5, gridBits: 20, normCheck: true },
    privacy: {
      unit: 'node',
      relation: 'replace',
      noiseMultiplier: 0.8,
      recordClipNorm: 0.25,
      epsilonBudget: 8,
      delta: 1e-6,
    },
    training: { localSteps: 50, learningRate: 0.05, nominalRecords: 400 },
    gate: { enabled: true, deadBand: 0.02 },
    timeouts: { collectMs: 5000, fetchMs: 4000, viewMs: 3000, resendMs: 2000 },
    fee: { gain: '2000000000000000000', deadBand: '100000000000000' },
    beaconLag: 2,
    retention: { rounds: 64 },
  },
};
const PLAIN = DOCUMENT as Encodable;
/** All but `model`, which may hold anything. */
const LEAVES = pathsOf(PLAIN).filter(
  (path) => path[0] !== 'model' && pathsOf([valueAt(PLAIN, path) ?? null]).length === 1,
);
const OBJECTS: Path[] = [
  [],
  ...pathsOf(PLAIN).filter((path) => {
    const value = valueAt(PLAIN, path);
    return typeof value === 'object' && !Array.isArray(value);
  }),
];

describe('network document', () => {
  it('is read back as it is, also through JSON', () => {
    expect(parseNetworkDocument(DOCUMENT)).to.deep.equal(DOCUMENT);
    const reread = parseNetworkDocument(JSON.parse(JSON.stringify(DOCUMENT)));
    expect(networkId(reread)).to.equal(networkId(DOCUMENT));
  });

  it('may say which share of an update travels, and is the same network without as before there was any', () => {
    const keeping = (compression: unknown) => {
      const { parameters } = DOCUMENT;
      return { ...DOCUMENT, parameters: { ...parameters, update: { ...parameters.update, compression } } };
    };
    expect(parseNetworkDocument(keeping({ keep: 0.05 })).parameters.update.compression?.keep).to.equal(0.05);
    expect(parseNetworkDocument(DOCUMENT).parameters.update).not.to.have.property('compression');
    for (const compression of [
      { keep: 0 },
      { keep: 1.01 },
      { keep: '0.1' },
      {},
      { keep: 1, more: 1 },
      null,
    ]) {
      const error = errorOf(() => parseNetworkDocument(keeping(compression)));
      expect(error).to.be.instanceOf(UsageError).with.property('message').that.includes('update.compression');
    }
  });

  it('may sample records and make blocks of days one record, and is the same network without', () => {
    const changed = (section: 'training' | 'privacy', change: object) => {
      const { parameters } = DOCUMENT;
      return { ...DOCUMENT, parameters: { ...parameters, [section]: { ...parameters[section], ...change } } };
    };
    const sampled = parseNetworkDocument(changed('training', { samplingRate: 0.1 }));
    expect(sampled.parameters.training.samplingRate).to.equal(0.1);
    const record = { kind: 'block', days: 7 };
    expect(parseNetworkDocument(changed('privacy', { record })).parameters.privacy.record).to.deep.equal(
      record,
    );
    expect(parseNetworkDocument(DOCUMENT).parameters.training).not.to.have.property('samplingRate');
    expect(parseNetworkDocument(DOCUMENT).parameters.privacy).not.to.have.property('record');
    for (const samplingRate of [0, -0.1, 1.01, '0.1', null]) {
      const error = errorOf(() => parseNetworkDocument(changed('training', { samplingRate })));
      expect(error).to.be.instanceOf(UsageError).with.property('message').that.includes('samplingRate');
    }
    for (const wrong of ['day', { kind: 'day' }, { kind: 'block' }, { kind: 'block', days: 4 }, null]) {
      const error = errorOf(() => parseNetworkDocument(changed('privacy', { record: wrong })));
      expect(error).to.be.instanceOf(UsageError).with.property('message').that.includes('privacy.record');
    }
  });

  it('may name a proximal weight from 0 on, and is the same network without one as before there was any', () => {
    const withWeight = (proximal: unknown) => ({
      ...DOCUMENT,
      parameters: { ...DOCUMENT.parameters, training: { ...DOCUMENT.parameters.training, proximal } },
    });
    expect(parseNetworkDocument(withWeight(0.01)).parameters.training.proximal).to.equal(0.01);
    expect(parseNetworkDocument(DOCUMENT).parameters.training).not.to.have.property('proximal');
    for (const proximal of [-0.01, '0.01', null, Number.NaN, 1e7]) {
      const error = errorOf(() => parseNetworkDocument(withWeight(proximal)));
      expect(error).to.be.instanceOf(UsageError).with.property('message').that.includes('training.proximal');
    }
  });

  it('has an id that does not depend on the order of its keys', () => {
    const reversed = (value: Encodable): Encodable =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, item]) => [key, reversed(item)] as const)
              .reverse(),
          )
        : value;
    expect(networkId(parseNetworkDocument(reversed(PLAIN)))).to.equal(networkId(DOCUMENT));
  });

  it('changes its id with every field', () => {
    const ids = LEAVES.map((path) =>
      networkId(changedAt(PLAIN, path, another) as unknown as NetworkDocument),
    );
    ids.push(networkId({ ...DOCUMENT, bootstrap: [] }));
    ids.push(networkId({ ...DOCUMENT, bootstrap: [...DOCUMENT.bootstrap, '/ip4/127.0.0.1/tcp/4002'] }));
    expect(LEAVES.length).to.be.at.least(32);
    expect(new Set([networkId(DOCUMENT), ...ids]).size).to.equal(ids.length + 1);
    expect(ids.every(isDigest)).to.equal(true);
  });

  for (const path of LEAVES) {
    const field = path.join('.');
    it(`names ${field} when it is missing or of the wrong type`, () => {
      for (const wrong of [null, { a: 1 }, [], Number.NaN]) {
        expect(refusal(changedAt(PLAIN, path, () => wrong)).metadata).to.deep.equal({ field });
      }
      if (typeof path.at(-1) === 'number') return;
      const missing = refusal(changedAt(PLAIN, path, () => undefined));
      expect(missing.metadata).to.deep.equal({ field });
      expect(missing.message.startsWith(`network document: ${field}: `)).to.equal(true);
    });
  }

  const WRONG: readonly (readonly [path: string, ...values: unknown[]])[] = [
    ['name', '', 'Devnet', 'dev net', 'x'.repeat(33), 'devnet\n'],
    ['chain', 'eip155:0', 'eip155:01', 'eip155', '31337', 'cosmos:hub', 'eip155:1\n'],
    [
      'contracts.controller',
      `0x${'A'.repeat(40)}`,
      `0x${'1'.repeat(39)}`,
      '1'.repeat(42),
      `0x${'1'.repeat(41)}`,
    ],
    ['bootstrap', new Array(65).fill('/ip4/127.0.0.1/tcp/1')],
    ['bootstrap.0', 'x'.repeat(201)],
    ['genesis.modelDigest', 'A'.repeat(64), 'a'.repeat(63)],
    ['genesis.beaconHeight', -1, 0.5, 2 ** 53],
    ['model', [], 'linear', { text: 'x'.repeat(32_768) }, { deep: { value: Number.NaN } }],
    ['parameters.rule.name', 'x'.repeat(201)],
    ['parameters.rule.f', -1, 0.5],
    ['parameters.update.clipNorm', 0, -1, Number.POSITIVE_INFINITY, 1e300, 2 ** 53],
    ['parameters.update.gridBits', 0, 31, 1.5],
    ['parameters.update.normCheck', 1, 'true'],
    ['parameters.privacy.unit', '', 'user'],
    ['parameters.privacy.relation', '', 'add'],
    ['parameters.privacy.noiseMultiplier', -0.1, 1e6 + 1],
    ['parameters.privacy.recordClipNorm', 0, 1e300],
    ['parameters.privacy.epsilonBudget', 0, -1, 1e300],
    ['parameters.privacy.delta', 0, 1, -0.1],
    ['parameters.training.localSteps', 0, 10_001, 1.5],
    ['parameters.training.learningRate', 0, -0.1, 1e300],
    ['parameters.training.nominalRecords', 0, 0.5, 2 ** 53],
    ['parameters.gate.deadBand', -0.01, 1.01],
    ['parameters.timeouts.collectMs', 0, 3_600_001, 1.5],
    ['parameters.timeouts.viewMs', 0, 3_600_001],
    ['parameters.beaconLag', 0, 1001, 1.5],
    ['parameters.retention.rounds', 0, 0.5],
  ];
  for (const [field, ...values] of WRONG) {
    it(`refuses ${field} outside its range`, () => {
      for (const value of values) {
        const error = refusal(changedAt(PLAIN, steps(field), () => value));
        expect(error.metadata, String(value)).to.deep.equal({ field });
      }
    });
  }

  const EXTREMES: readonly (readonly [path: string, ...values: Encodable[]])[] = [
    ['name', 'a', 'x'.repeat(32)],
    ['chain', 'eip155:1'],
    ['bootstrap', []],
    ['genesis.beaconHeight', 0, Number.MAX_SAFE_INTEGER],
    ['parameters.update.clipNorm', 5e-324, Number.MAX_SAFE_INTEGER],
    ['parameters.update.gridBits', 1, 30],
    ['parameters.privacy.noiseMultiplier', 0, 1e6],
    ['parameters.gate.deadBand', 0, 1],
    ['parameters.timeouts.collectMs', 1, 3_600_000],
    ['parameters.beaconLag', 1, 1000],
  ];
  for (const [field, ...values] of EXTREMES) {
    it(`takes ${field} at the ends of its range, with an id`, () => {
      for (const value of values) {
        const document = parseNetworkDocument(changedAt(PLAIN, steps(field), () => value));
        expect(isDigest(networkId(document))).to.equal(true);
      }
    });
  }

  it('takes a bound on every pair of the gate from 0 to 1, and means another network with it', () => {
    const bounded = (worstPair: number) =>
      changedAt(PLAIN, steps('parameters.gate'), () => ({ enabled: true, deadBand: 0.02, worstPair }));
    for (const bound of [0, 0.005, 1]) {
      const document = parseNetworkDocument(bounded(bound));
      expect(document.parameters.gate.worstPair).to.equal(bound);
      expect(networkId(document)).not.to.equal(networkId(DOCUMENT));
    }
    for (const bound of [-0.01, 1.01, Number.NaN])
      expect(refusal(bounded(bound)).metadata).to.deep.equal({ field: 'parameters.gate.worstPair' });
  });

  it('carries any description of a model, and its every number in the id', () => {
    const described = (norm: number) => ({
      ...DOCUMENT,
      model: { heads: { peg: { kind: 'linear', norm } } },
    });
    const parsed = parseNetworkDocument(described(0.22));
    expect(parsed).to.deep.equal(described(0.22));
    expect(networkId(parsed)).not.to.equal(networkId(parseNetworkDocument(described(0.23))));
  });

  for (const path of OBJECTS) {
    const place = path.join('.') || 'the document';
    it(`suggests the nearest key for a misspelt or doubled one in ${place}`, () => {
      const object = valueAt(PLAIN, path) as { readonly [key: string]: Encodable };
      for (const key of Object.keys(object).filter((name) => name.length > 2)) {
        const misspelt = `${key.slice(0, -1)}x`;
        const field = [...path, misspelt].join('.');
        const { [key]: value, ...others } = object;
        for (const replacement of [
          { ...others, [misspelt]: value },
          { ...object, [misspelt]: value },
        ]) {
          const error = refusal(changedAt(PLAIN, path, () => replacement));
          expect(error.message).to.equal(`network document: ${field}: unknown key`);
          expect(error.metadata).to.deep.equal({ field });
          expect(error.hint).to.equal(`did you mean "${key}"?`);
        }
      }
    });
  }

  it('suggests nothing for a key that is like no other', () => {
    const error = refusal({ ...DOCUMENT, zzzzzzzz: 1 });
    expect(error.metadata).to.deep.equal({ field: 'zzzzzzzz' });
    expect(error.hint).to.equal(undefined);
  });

  it('refuses what is no object', () => {
    for (const value of [null, undefined, 1, 'text', [], [DOCUMENT]]) {
      expect(refusal(value).metadata).to.deep.equal({ field: '(whole)' });
    }
  });
});

function refusal(value: unknown): UsageError {
  const error = errorOf(() => parseNetworkDocument(value));
  if (!(error instanceof UsageError)) throw error;
  expect(error.code).to.equal('NETWORK_DOCUMENT');
  return error;
}

function steps(field: string): Path {
  return field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** Another value of the same type. */
function another(value: Encodable): Encodable {
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value / 2 + 7 : `${String(value)}x`;
}
