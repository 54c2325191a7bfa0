import { expect } from 'chai';
import { beaconOrder } from '../beacon.ts';
import type { Offence } from '../evidence/index.ts';
import { Bench, follower, headers, leaderIn, proposal, sealReports, trueEntry } from './bench.ts';
import { digest, signerOf } from './support.ts';

const OFFENDER = signerOf(2).nodeId;
const offence = (name: string, fields: Partial<Offence> = {}): Offence => ({
  node: OFFENDER,
  kind: 'equivocation-header',
  round: 1,
  evidence: digest(name),
  ...fields,
});
const heard = (...offences: readonly Offence[]) =>
  offences.map((each) => ({ type: 'offence', offence: each }) as const);
const named = ({ node, kind, evidence }: Offence) => ({ node, kind, evidence });

describe('offences in an entry', () => {
  const first = offence('first');

  it('are named by the leader: one a node, no kind that punishes nobody, and none of the future', () => {
    const bench = new Bench(leaderIn(0));
    bench.give(
      ...heard(
        offence('weak', { kind: 'body-withheld' }),
        first,
        offence('second', { kind: 'false-ledger', evidence: digest('zzz') }),
        offence('future', { round: 2, node: signerOf(1).nodeId }),
      ),
    );
    bench.gather().compute('accepted');
    const entry = bench.sent('proposal')[0]?.payload.entry;
    expect(entry?.offences).to.have.length(1);
    expect(entry?.offences[0]?.node).to.equal(OFFENDER);
    expect(entry?.standing).to.not.equal(trueEntry().standing);
  });

  it('are prepared by who has seen their proof, and by others once the leader has served it', () => {
    const leader = new Bench(leaderIn(0));
    leader.give(...heard(first));
    leader.gather().compute('accepted');
    const entry = leader.sent('proposal')[0]?.payload.entry;
    if (entry === undefined) throw new Error('no proposal');
    const prepares = (bench: Bench) => bench.sent('prepare').length;

    const knowing = new Bench(follower);
    knowing.give(...heard(first));
    knowing.gather().tell(proposal(entry));
    knowing.compute('accepted');
    expect(prepares(knowing)).to.equal(1);

    const asking = new Bench(follower).gather();
    const asked = asking.tell(proposal(entry));
    expect(asked).to.deep.equal([
      { type: 'fetch-proof', round: 1, digest: first.evidence, from: signerOf(leaderIn(0)).nodeId },
    ]);
    expect(asking.tell(proposal(entry))).to.deep.equal([]);
    asking.give(...heard(first));
    asking.compute('accepted');
    expect(prepares(asking)).to.equal(1);
  });

  it('get no vote when they are not due, say another thing than their proof, or come twice', () => {
    const entry = trueEntry();
    const other = offence('other', { kind: 'false-ledger' });
    const lists = [
      [{ ...named(first), node: signerOf(1).nodeId }],
      [{ ...named(first), kind: 'false-ledger' }],
      [named(first), named(first)],
      [named(first), named(other)],
      [named(offence('future', { round: 2 }))],
      [named(offence('weak', { kind: 'body-withheld' }))],
    ];
    for (const offences of lists) {
      const bench = new Bench(follower);
      bench.give(
        ...heard(first, other, offence('future', { round: 2 }), offence('weak', { kind: 'body-withheld' })),
      );
      bench.gather().tell(proposal({ ...entry, offences }));
      expect(bench.refusals(), JSON.stringify(offences)).to.deep.equal(['PROPOSAL_OFFENCES']);
      expect(bench.state.proposal).to.equal(undefined);
    }
  });
});

describe('copies', () => {
  it('are reported as such, all but the first in the beacon’s order', () => {
    const bench = new Bench(follower).begin();
    bench.tell(...headers, ...sealReports);
    const same = { content: digest('numbers') };
    bench.give(
      ...headers.map(
        (header, i) =>
          ({ type: 'body', round: 1, header, status: i < 2 ? same : { content: digest(i) } }) as const,
      ),
    );
    const report = bench.sent('body-report')[0]?.payload;
    const pair = headers.slice(0, 2).map(({ sender }) => sender);
    const [, copy] = beaconOrder(bench.state.beacon ?? '', pair);
    expect(report?.refused.map(({ node, code }) => [node, code])).to.deep.equal([[copy, 'UPDATE_DUPLICATE']]);
  });
});
