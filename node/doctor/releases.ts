import type { NodeId } from '../../protocol/ids.ts';
import { compareReleases } from '../../protocol/release.ts';
import { askReleases } from '../network/index.ts';
import { type Finding, ok, skipped, warning } from './finding.ts';

/** What a peer says that it runs: a claim, of a checked release and of this release's own protocols. */
export type PeerSaying = {
  readonly node: NodeId;
  readonly release: string | null;
  readonly missingProtocols: readonly string[];
};

/** What the node that runs says of itself and its peers. */
export type RunningNode = {
  readonly release: string | null;
  readonly items: readonly PeerSaying[];
};

export type ReleaseCollaborators = {
  /** This package's. */
  readonly release: string;
  /** Asks the node that runs, where its interface is known; undefined where it does not tell. */
  readonly running: (timeoutMs: number) => Promise<RunningNode | undefined>;
};

const PATIENCE_MS = 3_000;
/** Peers that a line names. */
const MAX_NAMED = 5;
const CHECK = 'releases';

/**
 * Which release the peers run, beside this one: the node that runs is asked for its own, and where none tells, the
 * network's first peers. Whom nobody can reach is no fault of this node's.
 */
export async function checkReleases(
  bootstrap: readonly string[],
  { release, running }: ReleaseCollaborators,
): Promise<readonly Finding[]> {
  const node = await running(PATIENCE_MS);
  if (node !== undefined)
    return [...checkRunning(node.release, release), judge(node.items, release, 'peers')];
  if (bootstrap.length === 0) return [];
  const asked = await askReleases(bootstrap, PATIENCE_MS);
  const sayings = asked.map(({ peer, release: told, missingProtocols }) => ({
    node: peer,
    release: told ?? null,
    missingProtocols,
  }));
  return [judge(sayings, release, 'first peers')];
}

function checkRunning(running: string | null, release: string): readonly Finding[] {
  if (running === null || running === release) return [];
  const message = `the node that runs is of release ${running}, this command of ${release}`;
  return [warning(CHECK, message, 'start the node again to run what is installed')];
}

function judge(peers: readonly PeerSaying[], release: string, whose: string): Finding {
  const told = peers.flatMap((peer) => (peer.release === null ? [] : [{ ...peer, release: peer.release }]));
  const ahead = told.filter((peer) => compareReleases(peer.release, release) > 0);
  const silent = peers.filter(({ missingProtocols }) => missingProtocols.length > 0);
  if (ahead.length > 0) {
    const newest = ahead.map((peer) => peer.release).reduce((a, b) => (compareReleases(a, b) >= 0 ? a : b));
    const message = `${ahead.length} of ${peers.length} ${whose} run a newer release (${newest}): ${named(ahead)}`;
    return warning(CHECK, message, `see what is new and go over to it: docs/upgrades.md; this is ${release}`);
  }
  if (silent.length > 0) {
    const protocols = [...new Set(silent.flatMap(({ missingProtocols }) => missingProtocols))].join(', ');
    const message = `${silent.length} of ${peers.length} ${whose} do not speak ${protocols}: ${named(silent)}`;
    return warning(CHECK, message, 'they run another release of the protocol: docs/upgrades.md');
  }
  if (told.length === 0) return skipped(CHECK, `none of the ${whose} could be asked for theirs`);
  const older = told.filter((peer) => peer.release !== release);
  if (older.length === 0)
    return ok(CHECK, `${told.length} of ${peers.length} ${whose} run ${release}, as this node`);
  return ok(
    CHECK,
    `${older.length} of ${peers.length} ${whose} run an older release than ${release}: ${named(older)}`,
  );
}

function named(peers: readonly PeerSaying[]): string {
  const names = peers
    .slice(0, MAX_NAMED)
    .map(({ node, release }) => `…${node.replaceAll(/[^0-9A-Za-z]/g, '').slice(-8)} ${release ?? ''}`.trim());
  const more = peers.length - names.length;
  return [...names, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
