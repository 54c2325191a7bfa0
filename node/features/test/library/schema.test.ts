import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeFeatureSchema,
  encodeFeatureSchema,
  FEATURE_LIBRARY,
  type FeatureSchema,
  featureSchemaHash,
  featuresAt,
  fitStandardScaling,
  MOST_COLUMNS,
  modelInputs,
  namedValues,
  PEG_CHANNELS,
  POLICY_INPUTS,
  parseFeatureSchema,
  RISK_INPUTS,
  requireFeatureSchema,
  type Scaling,
  scaleValue,
} from '../../library/index.ts';
import { fullHistory, VECTORS } from '../support/vectors.ts';

const CANONICAL = [
  {
    schema: PEG_CHANNELS,
    width: 15,
    hash: 'b51faab947cfc7b2c8cd50089a2a0c4b21080f3e662d44d4797a900262c08908',
  },
  {
    schema: RISK_INPUTS,
    width: 24,
    hash: '0d695800b08a2f3bd5b1913a7669ddabbd42b45f8f64a8a42f44cdd38daf3abb',
  },
  {
    schema: POLICY_INPUTS,
    width: 32,
    hash: '35d13338e7929b00aec057ef1a5c6fcdfd51559e3ae3619ab0aa6a8034e1854a',
  },
] as const;

const COLUMN = {
  name: 'a',
  unit: 'one',
  fill: 0,
  scaling: { kind: 'standard', centre: 0, spread: 1 },
} as const;
const SMALL: FeatureSchema = { id: 'small', version: 1, barSeconds: 60, clip: 5, columns: [COLUMN] };

describe('a feature schema', () => {
  for (const { schema, width, hash } of CANONICAL) {
    it(`is fixed: ${schema.id} has ${width} columns and its hash`, () => {
      expect(schema.columns).to.have.length(width);
      expect(featureSchemaHash(schema)).to.equal(hash);
      expect(decodeFeatureSchema(encodeFeatureSchema(schema))).to.deep.equal(schema);
    });
  }

  it('has another hash with another constant, name, order, unit, fill, bar or version, and is then refused', () => {
    const [first, second] = PEG_CHANNELS.columns;
    if (first === undefined || second === undefined) throw new Error('no columns');
    const rest = PEG_CHANNELS.columns.slice(2);
    const changed: FeatureSchema[] = [
      { ...PEG_CHANNELS, version: 2 },
      { ...PEG_CHANNELS, id: 'other' },
      { ...PEG_CHANNELS, barSeconds: 60 },
      { ...PEG_CHANNELS, clip: 4 },
      { ...PEG_CHANNELS, columns: [second, first, ...rest] },
      ...[
        {
          ...first,
          scaling: { kind: 'arcsinh' as const, centre: 0, spread: 0.0006000001 },
        },
        { ...first, unit: 'bp' as const },
        { ...first, fill: 1 },
        { ...first, name: 'deviation' },
      ].map((column) => ({ ...PEG_CHANNELS, columns: [column, second, ...rest] })),
    ];
    const hashes = new Set([PEG_CHANNELS, ...changed].map(featureSchemaHash));
    expect(hashes.size).to.equal(changed.length + 1);
    requireFeatureSchema(PEG_CHANNELS, featureSchemaHash(PEG_CHANNELS));
    for (const other of changed) {
      expect(() => requireFeatureSchema(PEG_CHANNELS, featureSchemaHash(other)))
        .to.throw()
        .with.property('code', 'FEATURES_MISMATCH');
    }
  });

  it('does not depend on the order of its keys', () => {
    const { columns, clip, barSeconds, version, id } = SMALL;
    expect(featureSchemaHash({ columns, clip, barSeconds, version, id })).to.equal(featureSchemaHash(SMALL));
  });

  it('is refused where it is not understood', () => {
    const wrong: unknown[] = [
      null,
      { ...SMALL, note: 'more' },
      { ...SMALL, columns: [] },
      { ...SMALL, columns: [COLUMN, COLUMN] },
      {
        ...SMALL,
        columns: Array.from({ length: MOST_COLUMNS + 1 }, (_, i) => ({ ...COLUMN, name: `a-${i}` })),
      },
      { ...SMALL, columns: [{ ...COLUMN, name: 'A b' }] },
      { ...SMALL, columns: [{ ...COLUMN, unit: 'furlong' }] },
      { ...SMALL, columns: [{ ...COLUMN, fill: 6 }] },
      { ...SMALL, columns: [{ ...COLUMN, fill: Number.NaN }] },
      { ...SMALL, columns: [{ ...COLUMN, scaling: { kind: 'standard', centre: 0, spread: 0 } }] },
      { ...SMALL, columns: [{ ...COLUMN, scaling: { kind: 'min-max', low: 1, high: 1 } }] },
      { ...SMALL, columns: [{ ...COLUMN, scaling: { kind: 'log-min-max', low: -1, high: 1 } }] },
      { ...SMALL, columns: [{ ...COLUMN, scaling: { kind: 'arcsinh', centre: 0, spread: -1 } }] },
      {
        ...SMALL,
        columns: [{ ...COLUMN, scaling: { kind: 'log-standard', floor: 0, centre: 1, spread: 1 } }],
      },
      { ...SMALL, columns: [{ ...COLUMN, scaling: { kind: 'live-min-max' } }] },
    ];
    for (const value of wrong) {
      expect(() => parseFeatureSchema(value))
        .to.throw()
        .with.property('code', 'FEATURE_SCHEMA');
    }
    expect(() => decodeFeatureSchema(new Uint8Array(300_000)))
      .to.throw()
      .with.property('code', 'DECODING_LIMIT');
  });
});

describe('inputs by a schema', () => {
  it('are scaled by its constants, and clipped and not saturated at its bounds', () => {
    const cases: [Scaling, number, number][] = [
      [{ kind: 'scale-free' }, 0.3, 0.3],
      [{ kind: 'standard', centre: 1, spread: 2 }, 4, 1.5],
      [{ kind: 'arcsinh', centre: 1, spread: 2 }, 1 + 2 * Math.sinh(1.5), 1.5],
      [{ kind: 'log-standard', floor: 0.5, centre: 2, spread: 2 }, 2 * Math.E, 0.5],
      [{ kind: 'log-standard', floor: 0.5, centre: 2, spread: 1 }, 0, -Math.log(4)],
      [{ kind: 'min-max', low: 1, high: 3 }, 4, 1.5],
      [{ kind: 'min-max', low: 1, high: 3 }, 1e9, 5],
      [{ kind: 'log-min-max', low: 0, high: Math.E ** 2 - 1 }, Math.E - 1, 0.5],
      [{ kind: 'log-min-max', low: 0, high: 1 }, -1, Number.NaN],
      [{ kind: 'standard', centre: 0, spread: 1 }, Number.NEGATIVE_INFINITY, -5],
    ];
    for (const [scaling, x, expected] of cases) {
      const scaled = scaleValue(scaling, x, 5);
      if (Number.isNaN(expected)) expect(scaled).to.be.NaN;
      else expect(scaled, JSON.stringify(scaling)).to.be.closeTo(expected, 1e-12);
    }
  });

  it('can have robust constants of public rows', () => {
    const rows = [1e9, ...Array.from({ length: 99 }, (_, i) => i)];
    const fitted = fitStandardScaling(rows, 1e-9);
    expect(fitted).to.include({ kind: 'standard', centre: 49.5 });
    expect('spread' in fitted && fitted.spread).to.be.closeTo(49.5 / 1.3489795, 1e-6);
    expect(fitStandardScaling([3, 3, 3], 0.5)).to.deep.equal({ kind: 'standard', centre: 3, spread: 0.5 });
  });

  it('are finite and within the clip whatever is given, and what is missing is filled and marked', () => {
    const names = POLICY_INPUTS.columns.map(({ name }) => name);
    const values = fc.dictionary(fc.constantFrom(...names, 'other', '__proto__'), fc.option(fc.double()));
    fc.assert(
      fc.property(values, (given) => {
        const { x, missing } = modelInputs(POLICY_INPUTS, given);
        for (const [i, { name, fill }] of POLICY_INPUTS.columns.entries()) {
          const value = Object.hasOwn(given, name) ? given[name] : null;
          expect(Math.abs(x[i] ?? Number.NaN)).to.be.at.most(5);
          if (!Number.isFinite(value)) expect([x[i], missing[i]]).to.deep.equal([fill, 1]);
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('of the peg and of risk come from the library, each known where its data are', () => {
    const history = fullHistory();
    const row = featuresAt(FEATURE_LIBRARY, history, VECTORS.now, { barSeconds: 3_600 });
    for (const schema of [PEG_CHANNELS, RISK_INPUTS]) {
      const { x, missing } = modelInputs(schema, namedValues(row.columns, row));
      expect(
        schema.columns.filter((_, i) => missing[i] === 1).map(({ name }) => name),
        schema.id,
      ).to.deep.equal([]);
      expect(x.every((value) => Math.abs(value) <= 5)).to.equal(true);
    }
  });
});
