import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { installedPackages } from '../scripts/package/installed.ts';
import {
  ALLOWED,
  countLicences,
  isPermissive,
  licenceOf,
  refusedLicences,
} from '../scripts/package/licences.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

describe('licences', () => {
  it('of everything installed are permissive', () => {
    const packages = installedPackages(ROOT);
    expect(packages).to.have.length.above(200);
    expect(refusedLicences(packages, ALLOWED)).to.deep.equal([]);
    expect(refusedLicences(packages, {}).map(({ name }) => name)).to.deep.equal(Object.keys(ALLOWED));
    const published = installedPackages(ROOT, { published: true });
    expect(published).to.have.length.within(100, packages.length - 1);
    expect(published.map(({ name }) => name))
      .to.include('viem')
      .and.not.to.include('mocha');
  });

  for (const [expression, permissive] of [
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['GPL-3.0-only OR LGPL-3.0', false],
    ['MIT AND GPL-3.0-only', false],
    ['MIT AND (GPL-2.0 OR ISC)', true],
    ['GPL-2.0 OR MIT AND ISC', true],
    ['MIT OR', false],
    ['(MIT', false],
    ['GPL-2.0 WITH Classpath-exception-2.0', false],
    ['MIT WITH something', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['UNLICENSED', false],
    ['', false],
  ] as const) {
    it(`read ${expression === '' ? 'an empty expression' : expression}`, () => {
      expect(isPermissive(expression)).to.equal(permissive);
    });
  }

  it('are read from manifests of every age', () => {
    expect(licenceOf({ license: 'MIT' })).to.equal('MIT');
    expect(licenceOf({ license: { type: 'ISC', url: 'x' } })).to.equal('ISC');
    expect(licenceOf({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] })).to.equal('MIT OR GPL-2.0');
    for (const manifest of [{}, { license: 7 }, { licenses: [] }, { licenses: [{}] }])
      expect(licenceOf(manifest)).to.equal(undefined);
  });

  it('that are not permissive are refused, unless they are listed', () => {
    const packages = [
      { name: 'a', version: '1.0.0', licence: 'MIT' },
      { name: 'b', version: '1.0.0', licence: 'AGPL-3.0-only' },
      { name: 'c', version: '1.0.0', licence: undefined },
    ];
    expect(refusedLicences(packages, {}).map(({ name }) => name)).to.deep.equal(['b', 'c']);
    expect(refusedLicences(packages, { b: 'its author allowed it' }).map(({ name }) => name)).to.deep.equal([
      'c',
    ]);
    expect(countLicences([...packages, ...packages.slice(0, 1)])).to.deep.equal([
      ['MIT', 2],
      ['AGPL-3.0-only', 1],
      ['none', 1],
    ]);
  });
});
