import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { BallastError } from '../../protocol/errors.ts';
import { storageLayouts } from '../client/generated/storage-layouts.ts';
import {
  type CompilerLayout,
  compareLayouts,
  requireCompatibleLayout,
  type StorageLayout,
  type StorageVariable,
  storageLayout,
} from '../client/storage-layout.ts';
import { MODULES } from '../solc/generate.ts';

const folder = dirname(fileURLToPath(import.meta.url));
/** What runs: written anew with each release, by `npm run contracts -- --release-layouts`. */
const RELEASED = JSON.parse(readFileSync(join(folder, 'released-layouts.json'), 'utf8')) as Record<
  string,
  StorageLayout
>;

const SLOTS = 50;
const GAP = /^_{1,2}gap$/;

const variable = (
  label: string,
  slot: number,
  { type = 'uint256', bytes = 32, offset = 0 }: Partial<StorageVariable> = {},
): StorageVariable => ({ label, slot, offset, bytes, type });
const gap = (slot: number, slots: number) =>
  variable('_gap', slot, { type: `uint256[${slots}]`, bytes: 32 * slots });

const V1: StorageLayout = [
  variable('delay', 0, { type: 'uint32', bytes: 4 }),
  variable('council', 0, { type: 'address', bytes: 20, offset: 4 }),
  variable('changes', 1, { type: 'mapping(bytes32 => struct{uint64 value @0+0})' }),
  gap(2, 48),
  variable('count', 50),
  gap(51, 49),
];

const kinds = (after: StorageLayout) =>
  compareLayouts(V1, after).map(({ kind, label }) => `${label} ${kind}`);

describe('storage layouts', () => {
  it('of all modules may follow those that are released', () => {
    expect(Object.keys(storageLayouts).toSorted()).to.deep.equal([...MODULES].toSorted());
    expect(Object.keys(RELEASED).toSorted()).to.deep.equal([...MODULES].toSorted());
    for (const [module, layout] of Object.entries(storageLayouts)) {
      const released = RELEASED[module];
      if (released === undefined) throw new Error(`${module}: no released layout`);
      requireCompatibleLayout(module, released, layout);
    }
  });

  it('of all modules leave room: each contract of a module ends at a multiple of 50 slots', () => {
    for (const [module, layout] of Object.entries(storageLayouts)) {
      const ends = layout
        .filter(({ label }) => GAP.test(label))
        .map(({ slot, bytes }) => (slot + bytes / 32) % SLOTS);
      expect(ends.length, module).to.be.at.least(1);
      expect(new Set(ends), module).to.deep.equal(new Set([0]));
    }
  });

  it('accept what keeps everything and takes room from a gap or behind the end', () => {
    expect(kinds(V1)).to.deep.equal([]);
    const taken = V1.with(3, variable('answer', 2)).toSpliced(4, 0, gap(3, 47));
    expect(kinds(taken)).to.deep.equal([]);
    expect(kinds([...V1, variable('more', 100)])).to.deep.equal([]);
    expect(kinds(V1.filter(({ label }) => label !== '_gap'))).to.deep.equal([]);
  });

  it('refuse a variable that is removed or renamed', () => {
    expect(kinds(V1.filter(({ label }) => label !== 'count'))).to.deep.equal(['count removed']);
    expect(kinds(V1.with(4, variable('total', 50)))).to.deep.equal(['count removed', 'total inserted']);
  });

  it('refuse a variable that moves', () => {
    const shifted = V1.map((old) => (old.slot >= 50 ? { ...old, slot: old.slot + 1 } : old));
    expect(kinds(shifted)).to.deep.equal(['count moved', '_gap inserted']);
    const swapped = V1.with(0, { ...V1[0]!, offset: 20 }).with(1, { ...V1[1]!, offset: 0 });
    expect(kinds(swapped)).to.deep.equal(['delay moved', 'council moved']);
  });

  it('refuse another type in the same place, in a struct too', () => {
    expect(kinds(V1.with(4, variable('count', 50, { type: 'int256' })))).to.deep.equal(['count retyped']);
    const wider = 'mapping(bytes32 => struct{uint128 value @0+0})';
    expect(kinds(V1.with(2, variable('changes', 1, { type: wider })))).to.deep.equal(['changes retyped']);
  });

  it('refuse a variable between the old ones, in the free bytes of a slot too', () => {
    const inserted = [...V1, variable('late', 0, { type: 'uint64', bytes: 8, offset: 24 })];
    expect(kinds(inserted)).to.deep.equal(['late inserted']);
  });

  it('refuse a variable that does not fit into its gap', () => {
    const large = V1.with(3, variable('list', 2, { type: 'uint256[49]', bytes: 49 * 32 }));
    expect(kinds(large)).to.deep.equal(['list inserted']);
  });

  it('refuse a gap that grows over its end', () => {
    expect(kinds(V1.with(3, gap(2, 49)))).to.deep.equal(['_gap inserted']);
  });

  it('say all that is wrong at once', () => {
    const broken = V1.filter(({ label }) => label === 'delay');
    let failure: unknown;
    try {
      requireCompatibleLayout('Bridge', V1, broken);
    } catch (error) {
      failure = error;
    }
    if (!(failure instanceof BallastError)) throw new Error('expected a refusal');
    expect(failure.code).to.equal('STORAGE_LAYOUT_BROKEN');
    expect(failure.message).to.equal(
      'Bridge: the new version misreads storage: council removed (slot 0, byte 4); changes removed (slot 1, byte 0); count removed (slot 50, byte 0)',
    );
  });
});

describe('storageLayout', () => {
  const types: CompilerLayout['types'] = {
    t_uint64: { encoding: 'inplace', label: 'uint64', numberOfBytes: '8' },
    t_bytes32: { encoding: 'inplace', label: 'bytes32', numberOfBytes: '32' },
    t_kind: { encoding: 'inplace', label: 'enum LimitChanges.Kind', numberOfBytes: '1' },
    t_log: { encoding: 'inplace', label: 'contract IDecisionLog', numberOfBytes: '20' },
    t_list: { encoding: 'inplace', label: 'uint64[3]', numberOfBytes: '32', base: 't_uint64' },
    t_open: { encoding: 'dynamic_array', label: 'uint64[]', numberOfBytes: '32', base: 't_uint64' },
    t_struct: {
      encoding: 'inplace',
      label: 'struct Thing',
      numberOfBytes: '32',
      members: [
        { label: 'kind', slot: '0', offset: 0, type: 't_kind' },
        { label: 'at', slot: '0', offset: 1, type: 't_uint64' },
      ],
    },
    t_map: {
      encoding: 'mapping',
      label: 'mapping(…)',
      numberOfBytes: '32',
      key: 't_bytes32',
      value: 't_struct',
    },
  };
  const typeOf = (type: string) =>
    storageLayout({ storage: [{ label: 'x', slot: '7', offset: 2, type }], types })[0];

  it('writes types out, whatever they are called', () => {
    expect(typeOf('t_map')).to.deep.equal({
      label: 'x',
      slot: 7,
      offset: 2,
      bytes: 32,
      type: 'mapping(bytes32 => struct{uint8 kind @0+0; uint64 at @0+1})',
    });
    expect(typeOf('t_log')?.type).to.equal('address');
    expect(typeOf('t_list')?.type).to.equal('uint64[3]');
    expect(typeOf('t_open')?.type).to.equal('uint64[]');
  });

  it('refuses what it cannot read', () => {
    expect(() => typeOf('t_none')).to.throw('type t_none is not described');
    expect(() => typeOf('toString')).to.throw('type toString is not described');
    const endless = { encoding: 'mapping', label: 'm', numberOfBytes: '32', key: 't_a', value: 't_a' };
    const storage = [{ label: 'x', slot: '0', offset: 0, type: 't_a' }];
    expect(() => storageLayout({ storage, types: { t_a: endless } })).to.throw('deeper than 8');
    expect(storageLayout({ storage: [], types: null })).to.deep.equal([]);
  });
});
