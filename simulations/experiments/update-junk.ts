import {
  contentDigest,
  duplicateNodes,
  encodeBody,
  normClass,
  openUpdate,
  type Received,
} from '../../coordinator/index.ts';
import { clip, toGrid } from '../../privacy/index.ts';
import { digestOf } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import { type NodeId, nodeIdFromPublicKey } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import { SCENARIO_PARAMETERS } from '../world/parameters.ts';
import type { SeededRandom } from '../world/random.ts';

/** A network whose updates are private by record, as junk is measured under. */
export const JUNK_PARAMETERS: NetworkParameters = {
  ...SCENARIO_PARAMETERS,
  privacy: { ...SCENARIO_PARAMETERS.privacy, unit: 'record', noiseMultiplier: 1 },
};

/** A node's offer: the body that it serves, and what its header says of it. */
export type Offer = {
  readonly node: NodeId;
  readonly body: Uint8Array;
  readonly header: Received<'update-header'>;
};

type Maker = (random: SeededRandom, size: number, honest: Offer) => Offer;

const INT32_MAX = 2 ** 31 - 1;

export function nodeOf(random: SeededRandom): NodeId {
  return nodeIdFromPublicKey(random.bytes(32));
}

/** Half of its norm along a direction that all honest nodes share, half noise of its own; clipped and on the grid. */
export function honestOffer(random: SeededRandom, size: number): Offer {
  return offer(nodeOf(random), honestUpdate(random, size));
}

function honestUpdate(random: SeededRandom, size: number): Int32Array {
  const { clipNorm, gridBits } = JUNK_PARAMETERS.update;
  const shared = 1 / Math.sqrt(size);
  // Sums of uniforms: only the shape of an update matters here.
  const noise = () => shared * 2 * (random.uniform() + random.uniform() + random.uniform() - 1.5);
  const update = Float64Array.from({ length: size }, (_, i) => (i % 2 === 0 ? shared : -shared) + noise());
  return toGrid(clip(update, clipNorm), gridBits);
}

function offer(node: NodeId, update: Int32Array, said: number = normClass(update)): Offer {
  return { node, body: encodeBody(node, update), header: headerOf(node, update.length, said) };
}

/** What the checks of a body read of its header. */
function headerOf(node: NodeId, size: number, said: number): Received<'update-header'> {
  const { unit, relation, delta } = JUNK_PARAMETERS.privacy;
  const digest = digestOf('ballast/simulation/junk', node);
  return {
    type: 'update-header',
    round: 1,
    view: 0,
    sender: node,
    seq: 1,
    digest,
    bytes: new Uint8Array(),
    payload: {
      baseVersion: 0,
      baseDigest: digest,
      layout: digest,
      digest,
      size,
      normClass: said,
      privacy: { unit, relation, epsilon: 1, delta },
      ledger: 1,
    },
  };
}

const altered = (update: Int32Array, change: (steps: number) => number) => update.map(change);

/** What comes out of broken, careless or idle nodes; each must be seen without a rule. */
export const JUNK: Readonly<Record<string, Maker>> = {
  'random bytes': (random, size) => {
    const bytes = random.bytes(size * 4);
    return offer(nodeOf(random), new Int32Array(bytes.buffer, 0, size));
  },
  'saturated numbers': (random, size) => offer(nodeOf(random), new Int32Array(size).fill(INT32_MAX)),
  'boosted tenfold': (random, size) => {
    return offer(
      nodeOf(random),
      altered(honestUpdate(random, size), (steps) => steps * 10),
    );
  },
  'on a coarser grid': (random, size) => {
    return offer(
      nodeOf(random),
      altered(honestUpdate(random, size), (steps) => steps * 16),
    );
  },
  'cut short': (random, size) => {
    const { body, ...whole } = honestOffer(random, size);
    return { ...whole, body: body.subarray(0, body.length - 4 * (1 + random.below(size / 2))) };
  },
  'too long': (random, size) => {
    const { body, ...whole } = honestOffer(random, size);
    return { ...whole, body: Uint8Array.of(...body, 0, 0, 0, 0) };
  },
  'no body': (random, size) => ({ ...honestOffer(random, size), body: new Uint8Array() }),
  'another norm than stated': (random, size) => {
    const update = honestUpdate(random, size);
    return offer(nodeOf(random), update, normClass(update) - 3);
  },
  'another node’s body': (random, size, honest) => ({ ...honestOffer(random, size), body: honest.body }),
  'the numbers of its twin': (random, _size, honest) => {
    const node = nodeOf(random);
    const update = openUpdate(honest.body, honest.header, JUNK_PARAMETERS);
    return offer(node, update);
  },
};

/** What no check of one update can see: the rule is there for it. */
export const UNSEEN: Readonly<Record<string, Maker>> = {
  'noise within the norm': (random, size) => {
    const update = Float64Array.from({ length: size }, () => random.uniform() - 0.5);
    return offer(nodeOf(random), toGrid(clip(update, JUNK_PARAMETERS.update.clipNorm), 20));
  },
  'turned round': (random, size) => {
    return offer(
      nodeOf(random),
      altered(honestUpdate(random, size), (steps) => -steps),
    );
  },
};

/** Why each offer of a round is refused, by node; those that pass are missing. */
export function screened(offers: readonly Offer[], beacon: string): ReadonlyMap<NodeId, string> {
  const refused = new Map<NodeId, string>();
  const held = offers.flatMap(({ node, body, header }) => {
    try {
      const update = openUpdate(body, header, JUNK_PARAMETERS);
      return [{ node, content: contentDigest(update, JUNK_PARAMETERS) }];
    } catch (error) {
      if (!(error instanceof BallastError)) throw error;
      refused.set(node, error.code);
      return [];
    }
  });
  for (const node of duplicateNodes(held, beacon)) refused.set(node, 'UPDATE_DUPLICATE');
  return refused;
}

export type JunkFigures = {
  readonly honest: { readonly offered: number; readonly dropped: number };
  /** By class: how many were offered and refused, and with which codes. */
  readonly junk: readonly {
    readonly name: string;
    readonly offered: number;
    readonly caught: number;
    readonly codes: readonly string[];
  }[];
};

/**
 * Rounds of ten honest nodes, of one more whose body one offer steals and whose numbers another repeats, and of one
 * offer of every class. Nobody can repeat the numbers of a node that keeps them until the seal, so the two that have
 * the same are of one operator: one of them stays, and neither counts as honest.
 */
export function measureJunk(random: SeededRandom, size: number, rounds: number): JunkFigures {
  const classes = Object.entries({ ...JUNK, ...UNSEEN });
  const tallies = classes.map(([name]) => ({ name, offered: 0, caught: 0, codes: new Set<string>() }));
  const honest = { offered: 0, dropped: 0 };
  for (let round = 0; round < rounds; round++) {
    const peers = Array.from({ length: 10 }, () => honestOffer(random, size));
    const twin = honestOffer(random, size);
    const offers = classes.map(([, make]) => make(random, size, twin));
    const refused = screened([...peers, twin, ...offers], digestOf('ballast/simulation/beacon', round));
    honest.offered += peers.length;
    honest.dropped += peers.filter(({ node }) => refused.has(node)).length;
    tallies.forEach((tally, i) => {
      const { node, body } = offers[i] ?? twin;
      const isTwin = node !== twin.node && isSameUpdate(body, twin.body);
      const code = refused.get(node) ?? (isTwin ? refused.get(twin.node) : undefined);
      tally.offered += 1;
      if (code === undefined) return;
      tally.caught += 1;
      tally.codes.add(code);
    });
  }
  return { honest, junk: tallies.map(({ codes, ...tally }) => ({ ...tally, codes: [...codes].sort() })) };
}

function isSameUpdate(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one.subarray(32), other.subarray(32)) === 0;
}
