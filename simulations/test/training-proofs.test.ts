import { expect } from 'chai';
import type { Decided } from '../../coordinator/collaborators.ts';
import { type AuditedStep, challengedSteps } from '../../coordinator/training-proof/index.ts';
import { digestOf, fromHex } from '../../protocol/digest.ts';
import { FUZZED_PARAMETERS, fuzzedWorld } from '../fuzz/honest-run.ts';
import { World, type WorldOptions, type WorldReport } from '../world/world.ts';

const AUDIT = { steps: 4, challenged: 2 };
const FORGER = 2;
const FORGED_STEP = 1;
const ROUNDS = 7;

/** A toy of a training step: exact, and other weights for every seed. */
const step: AuditedStep = (weights, seed, index) => {
  const push = fromHex(digestOf('test/step', { seed, index }));
  return weights.map((weight, i) => weight * 0.5 + ((push[i] ?? 0) - 127.5) / 256);
};
/** Takes every step but one. */
const forging: AuditedStep = (weights, seed, index) =>
  index === FORGED_STEP ? Float64Array.from(weights) : step(weights, seed, index);

async function run(seed: string, more: Partial<WorldOptions> = {}): Promise<WorldReport> {
  const parameters = { ...FUZZED_PARAMETERS, audit: AUDIT };
  const options = { parameters, auditedSteps: () => () => step, ...more };
  return new World(fuzzedWorld(`training-proofs/${seed}`, options)).run(ROUNDS, 600_000);
}

/** What became of a node's update in each round, as node 0 has it. */
function fatesOf({ decisions, nodes }: WorldReport, index: number): (string | undefined)[] {
  const decided = new Map<number, Decided>();
  for (const decision of decisions)
    if (decision.node === 0) decided.set(decision.decided.certificate.entry.round, decision.decided);
  return Array.from({ length: ROUNDS }, (_, i) => {
    const roll = decided.get(i + 1)?.roll ?? [];
    return roll.find(({ node }) => node === nodes[index]?.nodeId)?.fate;
  });
}

const isGood = (fate: string | undefined) => fate === 'selected' || fate === 'accepted';

describe('proofs of training in a network', () => {
  it('let every honest node’s update pass, in every round', async () => {
    const report = await run('honest');
    expect(report.reached).to.equal(true);
    expect(report.errors).to.deep.equal([]);
    for (let index = 0; index < 4; index++) expect(fatesOf(report, index).every(isGood)).to.equal(true);
  });

  it('take the weight of a forger in the first round whose beacon challenges its forged step, and quarantine it in the next', async () => {
    const report = await run('forger', {
      auditedSteps: (index) => () => (index === FORGER ? forging : step),
    });
    expect(report.errors).to.deep.equal([]);
    const node = report.nodes[FORGER]?.nodeId ?? '';
    const entries = Array.from({ length: ROUNDS }, (_, i) => report.certificates.get(i + 1)?.[0]?.entry);
    const found = entries.findIndex(
      (entry, i) => i > 0 && challengedSteps(entry?.beacon ?? '', node, AUDIT).includes(FORGED_STEP),
    );
    expect(found).to.be.within(2, ROUNDS - 2);
    const fates = fatesOf(report, FORGER);
    expect(fates.slice(0, found).every(isGood)).to.equal(true);
    expect(fates[found]).to.equal('AUDIT_STEP');
    const named = entries.map((entry) => entry?.offences.map(({ kind, ...of }) => [of.node, kind]));
    expect(named).to.deep.equal(entries.map((_, i) => (i === found + 1 ? [[node, 'failed-audit']] : [])));
    const tables = report.decisions.filter(({ decided }) => decided.standing?.round === found + 2);
    expect(tables.length).to.be.at.least(3);
    for (const { decided } of tables) expect(decided.standing?.rows.get(node)?.tier).to.equal('quarantined');
    expect(new Set(fates.slice(found + 2))).to.deep.equal(new Set(['NODE_QUARANTINED']));
    for (const index of [0, 1, 3]) expect(fatesOf(report, index).every(isGood)).to.equal(true);
  });

  it('quarantine a member whose public rows are others, and nobody on its word', async () => {
    const report = await run('other rows', {
      auditedSteps: (index) => () =>
        index === FORGER ? (...given) => step(...given).map((x) => x + 0.01) : step,
    });
    expect(report.errors).to.deep.equal([]);
    for (const index of [0, 1, 3]) expect(fatesOf(report, index).every(isGood)).to.equal(true);
    const blamed = [...report.certificates.values()].flatMap(([first]) => first?.entry.offences ?? []);
    expect(new Set(blamed.map(({ node }) => node))).to.deep.equal(new Set([report.nodes[FORGER]?.nodeId]));
  });

  it('are answered by contributors, who take no roll and ask for their own row', async () => {
    const report = await run('contributors', { nodes: 6, contributors: 2 });
    expect(report.errors).to.deep.equal([]);
    expect(report.reached).to.equal(true);
    for (let index = 0; index < 6; index++) {
      const fates = fatesOf(report, index);
      expect(fates.every(isGood), fates.join()).to.equal(true);
    }
  });

  it('are answered by a node that crashed in between, from its log', async () => {
    const report = await run('crash', {
      misbehaviours: (index) => (index === 1 ? [{ kind: 'crash', atMs: 11_000, downMs: 700 }] : []),
    });
    expect(report.reached).to.equal(true);
    expect(report.errors).to.deep.equal([]);
    const fates = fatesOf(report, 1).filter((fate) => fate !== undefined);
    expect(fates.length).to.be.at.least(ROUNDS - 2);
    expect(fates.every(isGood)).to.equal(true);
  });
});
