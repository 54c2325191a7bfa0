import { expect } from 'chai';
import { createCommittee, createRoster, type RoundState } from '../../../coordinator/index.ts';
import { chain, currentRound, peers, skill } from '../../api/schemas/index.ts';
import { NODES } from '../../api/test/support.ts';
import { chainJson, currentRoundJson, peersJson } from '../live-view.ts';
import { skillColumns } from '../skill-columns.ts';
import { versionReport } from '../version-report.ts';
import { fakeNode, HELD_OUT } from './support.ts';

const [A = '', B = '', C = ''] = NODES;
const committee = createCommittee(
  0,
  NODES.map((node, i) => ({ node, signer: `0x${String(i + 1).padStart(40, '0')}` as const })),
);
const digests = { [A]: 'aa', [B]: 'bb', [C]: 'cc' };
const state = {
  round: 9,
  phase: 'sealed',
  view: 1,
  order: NODES,
  headers: new Map(Object.entries(digests).map(([node, digest]) => [node, { digest }])),
  held: new Set(['aa']),
  refused: new Map([['bb', 'BODY_NORM']]),
  sealReports: new Map([[A, {}]]),
  bodyReports: new Map(),
  prepares: new Map([[B, {}]]),
  commits: new Map(),
  viewChanges: new Map([[C, {}]]),
} as unknown as RoundState;

describe('service: what changes from second to second', () => {
  it('tells who has sent in the round in progress, whose body is held, and who has voted', () => {
    const roster = createRoster(committee);
    const round = currentRound.parse(currentRoundJson(state, { committee, roster }));
    expect(round).to.deep.include({ round: 9, phase: 'sealed', view: 1, leader: NODES[1], seals: [A] });
    expect(round.votes).to.deep.equal({ prepare: [B], commit: [], viewChange: [C] });
    expect(round.updates.heard).to.equal(3);
    expect(
      Object.fromEntries(round.updates.items.map(({ node, body, code }) => [node, [body, code]])),
    ).to.deep.equal({
      [A]: ['held', null],
      [B]: ['refused', 'BODY_NORM'],
      [C]: ['unasked', null],
    });
    const before = currentRoundJson({ ...state, order: [] }, { committee, roster });
    expect(before.leader).to.equal(null);
  });

  it('lists 512 nodes at most, and counts them all', () => {
    const crowd = Array.from(
      { length: 600 },
      (_, i) => `${A.slice(0, -3)}${String(i + 111).replaceAll('0', 'z')}`,
    );
    const headers = new Map(crowd.map((node) => [node, { digest: node }]));
    const roster = createRoster(committee, crowd);
    const round = currentRound.parse(
      currentRoundJson({ ...state, headers } as unknown as RoundState, { committee, roster }),
    );
    expect([round.updates.heard, round.updates.items.length]).to.deep.equal([600, 512]);
    expect([round.roster.size, round.roster.nodes.length]).to.deep.equal([607, 512]);
    const told = { release: undefined, missingProtocols: [] };
    const infos = crowd.map((id) => ({
      id,
      address: '',
      score: 0,
      latencyMs: undefined,
      refusals: {},
      ...told,
    }));
    const { items, connected } = peers.parse(peersJson(infos, () => 'contributor', undefined));
    expect([items.length, connected]).to.deep.equal([512, 600]);
  });

  it('shows the peers with the worst score first, and never their addresses', () => {
    const refusals = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`CODE_${i}`, i]));
    const read = peers.parse(
      peersJson(
        [
          {
            id: A,
            address: '/ip4/10.0.0.1',
            score: 0,
            latencyMs: 3,
            refusals: {},
            release: '1.2.3',
            missingProtocols: [],
          },
          {
            id: B,
            address: '/ip4/10.0.0.2',
            score: -7.456,
            latencyMs: undefined,
            refusals,
            release: undefined,
            missingProtocols: ['/ballast/votes/1'],
          },
        ],
        (node) => (node === A ? 'member' : 'guest'),
        '1.2.4',
      ),
    );
    expect(
      read.items.map(({ node, role, score, latencyMs }) => [node, role, score, latencyMs]),
    ).to.deep.equal([
      [B, 'guest', -7.46, null],
      [A, 'member', 0, 3],
    ]);
    expect(read.items[0]?.refusals).to.have.length(64);
    expect([read.release, ...read.items.map((peer) => [peer.release, peer.missingProtocols])]).to.deep.equal([
      '1.2.4',
      [null, ['/ballast/votes/1']],
      ['1.2.3', []],
    ]);
    expect(JSON.stringify(read)).not.to.include('10.0.0');
  });

  it('says how long ago the chain moved, and null before it was seen', () => {
    const view = fakeNode().view();
    expect(chain.parse(chainJson(view))).to.deep.equal({
      chain: 'eip155:31337',
      finalizedHeight: null,
      lagSeconds: null,
      clockSkewSeconds: null,
    });
    const seen = chainJson({ ...view, finalized: { height: 7, ageMs: 1_250 }, clockSkewMs: -40 });
    expect(seen).to.deep.include({ finalizedHeight: 7, lagSeconds: 1.25, clockSkewSeconds: -0.04 });
  });

  it('puts the figures of versions into columns, with a hole where one has no such head', () => {
    const about = { modelDigest: 'ab'.repeat(32), round: 1, privacy: null };
    const first = versionReport({ version: 3, ...about }, HELD_OUT);
    const second = versionReport({ version: 5, ...about }, { ...HELD_OUT, loss: 1 });
    const columns = skill.parse(skillColumns([{ ...first, heads: [] }, second]));
    expect(columns.versions).to.deep.equal([3, 5]);
    expect(columns.heads.map(({ head, loss }) => [head, loss])).to.deep.equal([['peg', [null, 1]]]);
    expect(columns.heads[0]?.baselines[0]).to.deep.equal({ name: 'B0', skill: [null, 0.5] });
    expect(skillColumns([])).to.deep.equal({ versions: [], heads: [] });
  });
});
