import { expect } from 'chai';
import type { Suspicion } from '../../coordinator/index.ts';
import { FUZZED_PARAMETERS, FUZZED_SIZE, fuzzedWorld } from '../fuzz/honest-run.ts';
import { World } from '../world/world.ts';

const NODES = 7;
const [OWNER, COPIER, UNHEARD] = [0, 1, 3];
const COPIED = [9_000, -20_000, 4_000, 11_000, -7_000, 15_000];

describe('what nodes tell their operators of updates', () => {
  it('names the two that point the same way, and tells the one that nobody heard', async () => {
    const suspected: Suspicion[] = [];
    const rows: { readonly node: number; readonly round: number; readonly fate: string | undefined }[] = [];
    const base = fuzzedWorld('tellings', {
      nodes: NODES,
      parameters: FUZZED_PARAMETERS,
      misbehaviours: (index) => (index === UNHEARD ? [{ kind: 'silent', about: 'update-header' }] : []),
    });
    const world = new World({
      ...base,
      trainers: (index, random) => {
        const trainer = base.trainers(index, random);
        const steps = Int32Array.from(COPIED, (step) => (index === COPIER ? step / 2 : step));
        const other = Int32Array.from({ length: FUZZED_SIZE }, (_, i) =>
          i === index % FUZZED_SIZE ? 20_000 : 1,
        );
        const update = index === OWNER || index === COPIER ? steps : other;
        return {
          ...trainer,
          train: async (...given) => {
            const trained = await trainer.train(...given);
            return trained === undefined ? undefined : { ...trained, update };
          },
        };
      },
      tellings: (node) => ({
        onOwnRow: (round, row) => rows.push({ node, round, fate: row?.fate }),
        onSuspected: (_, pairs) => suspected.push(...pairs),
      }),
    });
    const { reached, errors, nodes } = await world.run(2, 600_000);
    expect({ reached, errors }).to.deep.equal({ reached: true, errors: [] });
    const twins = [nodes[OWNER]?.nodeId, nodes[COPIER]?.nodeId].sort();
    expect(suspected).not.to.deep.equal([]);
    for (const { nodes: pair, cosine } of suspected) {
      expect([...pair].sort()).to.deep.equal(twins);
      expect(cosine).to.be.at.least(0.95);
    }
    expect(rows.filter(({ round }) => round === 1)).to.deep.equal([
      { node: UNHEARD, round: 1, fate: undefined },
    ]);
  });
});
