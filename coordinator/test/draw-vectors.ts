import { auditChallenges } from '../audit-challenges.ts';
import { beaconDigest, beaconOrder, leaderOf } from '../beacon.ts';
import { drawCommittee, drawWeights, type RosterNode, selectCommittee } from '../committee-draw.ts';
import { committeeSize, equalCommitteeSize } from '../committee-size.ts';
import { groups } from '../groups.ts';
import { digest, NETWORK, signerOf } from './support.ts';

/** Network sizes and corrupt shares, in basis points, whose committees are published. */
const SIZES = [7, 40, 41, 50, 100, 200, 500, 1200, 2000, 4096].flatMap((nodes) =>
  [500, 1000, 1500].map((corruptShare) => ({ nodes, corruptShare })),
);

/**
 * What an implementation in another language must come to. Every part holds its inputs, so that it stands by itself;
 * big integers are decimal strings.
 */
export function drawVectors() {
  const randomness = digest('randomness');
  const beacon = beaconDigest(NETWORK, 3, randomness);
  const nodes = Array.from({ length: 12 }, (_, i) => signerOf(i).nodeId);
  const order = beaconOrder(beacon, nodes);
  const roster: RosterNode[] = Array.from({ length: 60 }, (_, i) => ({
    node: signerOf(i).nodeId,
    stake: BigInt(1 + (i % 9)) * 10n ** 18n,
    quarters: i % 5 === 0 ? 2 : i % 17 === 0 ? 0 : 4,
  }));
  const weights = drawWeights(roster, 2);
  const selected = selectCommittee(beacon, roster, 1000);
  const audit = { audits: 3, steps: 16, challenged: 4 };
  return {
    beacon: { network: NETWORK, round: 3, randomness, digest: beacon },
    order: {
      beacon,
      nodes,
      order,
      leaders: [0, 1, 12].map((view) => ({ view, leader: leaderOf(order, view) })),
    },
    groups: { beacon, nodes, least: 5, groups: groups(beacon, nodes, 5) },
    audits: {
      beacon,
      nodes,
      auditors: nodes.slice(0, 4),
      ...audit,
      challenges: auditChallenges(beacon, nodes, nodes.slice(0, 4), audit),
    },
    sizes: SIZES.map(({ nodes, corruptShare }) => ({
      nodes,
      corruptShare,
      ...sized(equalCommitteeSize(nodes, corruptShare)),
    })),
    unequalSize: {
      weights: [...weights.values()].map(String),
      corruptShare: 1000,
      ...sized(committeeSize([...weights.values()], 1000)),
    },
    draw: {
      beacon,
      weights: [...weights].map(([node, weight]) => ({ node, weight: String(weight) })),
      drawn: drawCommittee(beacon, weights, 9),
    },
    selection: {
      beacon,
      corruptShare: 1000,
      roster: roster.map(({ stake, ...each }) => ({ ...each, stake: String(stake) })),
      cap: selected.cap,
      nodes: selected.nodes,
    },
  };
}

function sized({ size, faults, quorum, risk }: ReturnType<typeof committeeSize>) {
  return { size, faults, quorum, risk: `${risk.numerator}/${risk.denominator}` };
}
