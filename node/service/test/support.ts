import { type Certificate, type Head, type Participant, selectedOf } from '../../../coordinator/index.ts';
import { layoutHash } from '../../../protocol/layout.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { weightsDigest } from '../../../protocol/vectors.ts';
import { DOCUMENT, history, ROLL } from '../../api/test/support.ts';
import { genesisOf } from '../../models/index.ts';
import { fixture } from '../../models/test/fixture.ts';
import type { ChainLink, HeldOut, NodeEvent, NodeView, PublicMarket } from '../../runtime/index.ts';
import { parametersOf } from '../../runtime/test/fixtures.ts';

const { spec, model, window, market } = fixture();
const genesis = genesisOf(model);
const ADDRESS = `0x${'1'.repeat(40)}`;

/** A network whose model is the fixture's; its chain is nowhere. */
export const document: NetworkDocument = {
  name: 'test',
  chain: 'eip155:31337',
  contracts: {
    nodeRegistry: ADDRESS,
    modelRegistry: ADDRESS,
    parameterRegistry: ADDRESS,
    controller: ADDRESS,
  },
  bootstrap: [],
  genesis: {
    modelDigest: weightsDigest(genesis),
    layout: layoutHash(model.layout),
    beaconHeight: DOCUMENT.genesis.beaconHeight,
  },
  model: spec as NetworkDocument['model'],
  parameters: parametersOf(),
};

export const HELD_OUT: HeldOut = {
  examples: 100,
  loss: 1.5,
  baselines: { B0: 2, B2: 1.2, B3: 1 },
  intervals: {
    peg: {
      B0: { skill: 0.25, low: 0.1, high: 0.4 },
      B2: { skill: -0.25, low: -0.4, high: -0.1 },
      B3: { skill: -0.5, low: -0.7, high: 0 },
    },
  },
};

export const { certificates, head } = history(9);

type Decided = Extract<NodeEvent, { event: 'decided' }>;

export function decidedEvent({ entry, view }: Certificate, fields: Partial<Decided> = {}): Decided {
  const { round, outcome, reason, version, modelDigest, updates, privacy } = entry;
  return {
    event: 'decided',
    round,
    view,
    leader: null,
    outcome,
    reason,
    version,
    modelDigest,
    sealed: updates.sealed,
    accepted: updates.accepted,
    selected: selectedOf(ROLL),
    leftOut: [],
    privacy,
    recomputed: true,
    heldDigest: modelDigest,
    heldOut: HELD_OUT,
    ...fields,
  };
}

/** A node's view over a log of nine rounds, and how often its parts were asked. */
export function fakeNode() {
  const asked = { weights: 0, heldOut: 0, intervals: 0 };
  const known = new Set<string>([
    document.genesis.modelDigest,
    ...certificates.map(({ entry }) => entry.modelDigest),
  ]);
  const participant = {
    head,
    epoch: { roster: { places: new Map(['a', 'b', 'c'].map((node, place) => [node, place])) } },
    certificate: async (round: number) => certificates[round - 1],
    roll: async () => ROLL,
    roundOf: async (version: number) =>
      certificates.find(({ entry }) => entry.outcome === 'accepted' && entry.version === version)?.entry
        .round,
    weights: async (digest: string) => {
      asked.weights += 1;
      return known.has(digest) ? genesis : undefined;
    },
  } as unknown as Participant;
  const publicMarket = {
    known: () => ({ peg: window, market }),
    heldOut: () => {
      asked.heldOut += 1;
      return { examples: 100, loss: 1.5, baselineLoss: { B0: 2, B2: 1.2, B3: 1 }, skill: {}, coverage: 0.8 };
    },
    heldOutIntervals: () => {
      asked.intervals += 1;
      throw new Error('nobody asks for resampling');
    },
  } as unknown as PublicMarket;
  const node = {
    readiness: { status: 'starting', reason: 'reaching the chain' } as NodeView['readiness'],
    participant: participant as Participant | undefined,
    ledger: undefined as NodeView['ledger'],
    market: publicMarket as PublicMarket | undefined,
    link: undefined as ChainLink | undefined,
    notes: undefined as NodeView['notes'],
    head: head as Head | undefined,
    forget: (digest: string) => known.delete(digest),
    asked,
    view: (): NodeView => ({
      readiness: node.readiness,
      document,
      link: node.link,
      committee: undefined,
      market: node.market,
      participant: node.participant,
      ledger: node.ledger,
      notes: node.notes,
      head: node.head,
      conditions: [],
      peers: () => [],
      finalized: undefined,
      monitor: undefined,
      clockSkewMs: undefined,
    }),
  };
  return node;
}
