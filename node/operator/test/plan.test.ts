import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDeploymentPlan } from '../plan.ts';
import { DOCUMENT } from './support.ts';

const amounts = { min: '1', max: '9', stepUp: '1', stepDown: '1', budgetUp: '2', budgetDown: '2' };
const limits = { ...amounts, cooldownSeconds: 1, windowSeconds: 60 };

describe('a deployment plan', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-plan-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(name: string) {
    const { bootstrap, chain, model, parameters } = DOCUMENT;
    const plan = {
      name: 'plan',
      chain,
      bootstrap,
      model,
      parameters: { ...parameters, rule: { name, f: 1 } },
      registry: { minimumBond: '1', unbondingDelaySeconds: 1 },
      fee: { initial: '1', limits },
    };
    const path = join(folder, 'plan.json');
    await writeFile(path, JSON.stringify(plan));
    return readDeploymentPlan(path, join(folder, 'network.json'));
  }

  it('takes any aggregation that a round can compute', async () => {
    for (const name of ['median', 'nnm+trimmed-mean+fedadam:lr=0.1', 'scaffold']) {
      expect((await read(name)).plan.template.parameters.rule).to.deep.equal({ name, f: 1 });
    }
  });

  const refused: readonly (readonly [string, string])[] = [
    ['krumm', 'RULE_UNKNOWN'],
    ['median+nnm', 'RULE_ORDER'],
    ['median:radius=1', 'RULE_OPTION'],
    ['q-fedavg', 'RULE_NEEDS_LOSSES'],
    ['x'.repeat(201), 'NETWORK_DOCUMENT'],
  ];
  for (const [name, code] of refused) {
    it(`refuses ${name.slice(0, 20)} before anything is sent`, async () => {
      const error = await read(name).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', code);
    });
  }
});
