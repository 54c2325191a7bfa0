import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDeploymentPlan } from '../plan.ts';
import { DOCUMENT } from './support.ts';

const amounts = { min: '1', max: '9', stepUp: '1', stepDown: '1', budgetUp: '2', budgetDown: '2' };
const SOMEBODY = `0x${'5'.repeat(40)}`;
const limits = { ...amounts, cooldownSeconds: 1, windowSeconds: 60 };

describe('a deployment plan', () => {
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-plan-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function read(name: string, fields: object = {}) {
    const { bootstrap, chain, model, parameters } = DOCUMENT;
    const plan = {
      name: 'plan',
      chain,
      bootstrap,
      model,
      parameters: { ...parameters, rule: { name, f: 1 } },
      registry: { minimumBond: '1', unbondingDelaySeconds: 1 },
      governance: { identities: [1, 2, 3, 4].map((n) => `0x${String(n).repeat(40)}`) },
      breaker: { guardians: [SOMEBODY] },
      peg: { hand: { owner: SOMEBODY, answer: '100000000' } },
      fee: { initial: '1', limits },
      ...fields,
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

  it('fills in the waits that it leaves out, and keeps those that it names', async () => {
    const { suite } = (await read('median')).plan;
    expect(suite.governance).to.include({ timelockDelay: 172_800, votingPeriod: 604_800, credits: 100 });
    expect(suite.bridge).to.deep.equal({ delay: 172_800 });
    expect(suite.parameters[0]?.limits.isWired).to.equal(false);
    const identities = Array.from({ length: 4 }, () => SOMEBODY);
    const named = { governance: { identities, timelockDelay: 9, bridgeDelay: 8, bond: '7' } };
    const other = (await read('median', named)).plan.suite;
    expect(other.governance).to.include({ timelockDelay: 9, bond: 7n });
    expect(other.bridge.delay).to.equal(8);
  });

  for (const [what, fields] of [
    ['three identities', { governance: { identities: [SOMEBODY, SOMEBODY, SOMEBODY] } }],
    ['nobody who may halt', { breaker: { guardians: [] } }],
    ['no price of the coin', { peg: {} }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await read('median', fields).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'DEPLOYMENT_PLAN');
    });
  }

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
