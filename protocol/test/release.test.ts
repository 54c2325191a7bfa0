import { expect } from 'chai';
import { agentOf, compareReleases, isRelease, releaseIn } from '../release.ts';

describe('releases', () => {
  it('are told and read as name/version', () => {
    expect(agentOf('1.4.0')).to.equal('ballast/1.4.0');
    expect(agentOf(undefined)).to.equal('ballast');
    expect(releaseIn(agentOf('1.4.0'))).to.equal('1.4.0');
    expect(releaseIn('ballast/2.0.0-rc.1 node/24.1.0')).to.equal('2.0.0-rc.1');
  });

  it('are read from no other text, however it is made', () => {
    const hostile = [
      undefined,
      '',
      'ballast',
      'ballast/',
      'other/1.0.0',
      'ballast/1.0',
      'ballast/01.0.0',
      'ballast/1.0.0\u001b[2J',
      'ballast/\u001b]0;owned\u00071.0.0',
      'ballast/1.0.0\n9.9.9',
      'ballast/1.0.0-<script>',
      'ballast/1.0.0-\u202e1',
      'ballast/1.0.0+build',
      'ballast/1.0.0-a..b',
      `ballast/1.0.0-${'a'.repeat(40)}`,
      `ballast/${'9'.repeat(8_000)}.0.0`,
    ];
    expect(hostile.map((agent) => releaseIn(agent))).to.deep.equal(hostile.map(() => undefined));
  });

  it('are of 40 characters at most', () => {
    expect(isRelease(`1.0.0-${'a'.repeat(34)}`)).to.equal(true);
    expect(isRelease(`1.0.0-${'a'.repeat(35)}`)).to.equal(false);
  });

  // The order of https://semver.org/spec/v2.0.0.html#spec-item-11, and numbers that a comparison of texts gets wrong.
  it('stand in the order of precedence of Semantic Versioning', () => {
    const order = [
      '0.9.10',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.2',
      '1.0.10',
      '1.2.0',
      '2.0.0',
      '10.0.0',
    ];
    for (const [i, a] of order.entries())
      for (const [j, b] of order.entries())
        expect(Math.sign(compareReleases(a, b)), `${a} ${b}`).to.equal(Math.sign(i - j));
  });
});
