/** A release of the package, such as `1.4.0` or `2.0.0-rc.1`: Semantic Versioning 2.0.0, of bounded length. */
const RELEASE =
  /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const MAX_RELEASE = 40;
const AGENT = 'ballast/';

/** Whether a text is a release's number, 40 characters at most. */
export const isRelease = (text: string): boolean => text.length <= MAX_RELEASE && RELEASE.test(text);

/** How a node of a release names itself to its peers, as js-libp2p does: name/version. */
export const agentOf = (release: string | undefined): string =>
  release === undefined ? 'ballast' : `${AGENT}${release}`;

/** The release in a name that a peer gives itself: a claim, of a version's characters alone; or undefined. */
export function releaseIn(agent: string | undefined): string | undefined {
  if (agent === undefined || !agent.startsWith(AGENT)) return undefined;
  const [release = ''] = agent.slice(AGENT.length, AGENT.length + MAX_RELEASE + 1).split(' ', 1);
  return isRelease(release) ? release : undefined;
}

/** Below 0 where `a` is the older release, above 0 where it is the newer, in SemVer's order of precedence. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [RELEASE.exec(a), RELEASE.exec(b)];
  for (const part of [1, 2, 3]) {
    const difference = Number(left?.[part]) - Number(right?.[part]);
    if (difference !== 0) return difference;
  }
  const [early, late] = [left?.[4], right?.[4]];
  // What comes before a release has a name, the release has none.
  if (early === undefined || late === undefined)
    return Number(early === undefined) - Number(late === undefined);
  return comparePreReleases(early.split('.'), late.split('.'));
}

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  for (const [i, left] of a.entries()) {
    const right = b[i];
    if (right === undefined) return 1;
    if (left === right) continue;
    const [isNumber, isOtherNumber] = [left, right].map((each) => /^\d+$/.test(each));
    if (isNumber && isOtherNumber) return Number(left) - Number(right);
    if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
