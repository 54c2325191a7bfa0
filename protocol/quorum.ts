/**
 * Integer arithmetic of Byzantine quorums for a committee of `size` members.
 *
 * With F = ⌊(N−1)/3⌋ faults borne and a quorum of q = ⌈(N+F+1)/2⌉, any two quorums share at least F+1 members,
 * hence one honest member, for every N (the familiar 2F+1 does so only for N = 3F+1).
 */

/** F: how many members of a committee of `size` may be faulty. */
export function faultsTolerated(size: number): number {
  return Math.floor((size - 1) / 3);
}

/** q: how many members' votes decide. */
export function quorum(size: number): number {
  return Math.ceil((size + faultsTolerated(size) + 1) / 2);
}
