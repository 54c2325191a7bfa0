import { join } from 'node:path';
import { expect } from 'chai';
import { PrivacyLedger } from '../../../privacy/index.ts';
import type { NodeEvent } from '../../runtime/index.ts';
import { LevelStore } from '../../store/index.ts';
import { createSandbox, killAll, Run, type Sandbox } from './command.ts';
import { type PreparedNetwork, prepareNetwork } from './network.ts';

const ROUNDS = 4;

/** A node prints its events as they are; a devnet wraps them. */
const eventsOf = (run: Run) => run.events as unknown as readonly NodeEvent[];

function eventOf<Name extends NodeEvent['event']>(run: Run, event: Name, round?: number) {
  return eventsOf(run).find(
    (found): found is Extract<NodeEvent, { event: Name }> =>
      found.event === event && (round === undefined || ('round' in found && found.round === round)),
  );
}

describe('a node that is killed in the middle of a round', function () {
  this.timeout(240_000);
  let place: Sandbox;
  let network: PreparedNetwork;

  before(async () => {
    place = await createSandbox();
    network = await prepareNetwork({ nodes: 4, rounds: ROUNDS });
  });

  after(async () => {
    await killAll();
    await network?.remove();
    await place.remove();
  });

  it('comes back, catches up, takes part again, and has spent no less than before', async () => {
    const start = (index: number) =>
      new Run(['node', '--config', network.nodes[index]?.configPath ?? '', '--json'], place);
    const others = [0, 1, 2].map(start);
    const victim = start(3);
    const victimId = network.nodes[3]?.identity.nodeId ?? '';

    const before = await victim.until(() => eventOf(victim, 'trained', 1), 'its first training');
    victim.child.kill('SIGKILL');
    await victim.end(2_000);

    // Three of four are a quorum: they go on without it.
    for (const run of others) await run.until(() => eventOf(run, 'decided', 1), 'round 1 without the victim');
    const restarted = start(3);
    const final = await Promise.all(
      [...others, restarted].map((run) =>
        run.until(() => eventOf(run, 'decided', ROUNDS), `round ${ROUNDS}`),
      ),
    );
    expect(new Set(final.map(({ modelDigest }) => modelDigest)).size).to.equal(1);
    expect(final.every(({ version }) => version === final[0]?.version)).to.equal(true);

    const trained = eventsOf(restarted).filter((event) => event.event === 'trained');
    expect(trained.length).to.be.at.least(1);
    expect(trained.map(({ round }) => round)).not.to.include(before.round);
    const spent = [before, ...trained].map(({ epsilon }) => epsilon ?? Number.NaN);
    expect(spent).to.deep.equal(spent.toSorted((a, b) => a - b));
    const later = others.flatMap((run) => eventsOf(run)).filter((event) => event.event === 'decided');
    const isBack = later.some(({ round, selected, leftOut }) => {
      const known = [...selected, ...leftOut.map(({ node }) => node)];
      return round > 1 && known.includes(victimId);
    });
    expect(isBack, 'its update in a later round').to.equal(true);
    for (const run of [...others, restarted]) {
      const faults = eventsOf(run).filter(
        ({ event, ...rest }) => event === 'refused' && 'code' in rest && rest.code === 'EQUIVOCATION',
      );
      expect(faults).to.deep.equal([]);
    }

    for (const run of [...others, restarted]) run.child.stdin?.end();
    for (const run of [...others, restarted]) {
      expect(await run.end(8_000)).to.deep.equal({ code: 0, signal: null });
      expect(run.stderr).to.equal('');
    }
    const store = await LevelStore.open(join(network.root, 'net', 'node-4', 'data', 'db'));
    try {
      const ledger = await PrivacyLedger.open(store.sub('ledger'), network.document.parameters.privacy);
      expect(ledger.spent().epsilon).to.equal(spent.at(-1));
    } finally {
      await store.close();
    }
  });
});
