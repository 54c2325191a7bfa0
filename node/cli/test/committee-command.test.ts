import { expect } from 'chai';
import { ballast } from '../../test/e2e/in-process.ts';

const committee = (...args: readonly string[]) => ballast(['committee', ...args]);

/** What the command prints. */
async function printed(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await committee(...args);
  expect({ code, err }).to.deep.equal({ code: 0, err: '' });
  return out;
}

describe('ballast committee', () => {
  it('prints size, faults, quorum and risk for 50, 200 and 1,200 nodes at 15 %', async () => {
    const lines = (await printed()).trimEnd().split('\n');
    expect(lines.map((line) => line.trim().split(/\s{2,}/))).to.deep.equal([
      ['nodes', 'members', 'F', 'q', 'P(more than F corrupt)'],
      ['50', '22', '7', '15', '0'],
      ['200', '79', '26', '53', '7.6e-10'],
      ['1200', '145', '48', '97', '8.3e-10'],
    ]);
  });

  it('takes other networks and shares, and says what fits where none does', async () => {
    const { corruptShare, committees } = JSON.parse(
      await printed('--nodes', '7', '1200', '--corrupt-share', '0.25', '--json'),
    ) as { corruptShare: number; committees: { nodes: number; members?: number; refused?: string }[] };
    expect(corruptShare).to.equal(0.25);
    expect(committees[0]).to.include({ nodes: 7, members: 7 });
    expect(committees[1]).to.include({ nodes: 1200, refused: 'COMMITTEE_TOO_LARGE' });
    expect(await printed('--nodes', '1200', '--corrupt-share', '0.25')).to.include('1949 basis points');
  });

  it('refuses what is no share and no number of nodes', async () => {
    for (const args of [
      ['--corrupt-share', '0.5'],
      ['--corrupt-share', 'x'],
      ['--nodes', '0'],
      ['--nodes', '5000'],
    ]) {
      const { code, out, err } = await committee(...args);
      expect({ code, out }).to.deep.equal({ code: 1, out: '' });
      expect(err).to.match(/^ballast: option '--[a-z-]+ <.*' argument '.+' is invalid\. [^\n]+\n$/);
    }
  });
});
