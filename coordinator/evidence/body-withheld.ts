import { compareText } from '../compare.ts';
import type { Received } from '../received.ts';
import type { Evidence } from './kinds.ts';

type Header = Received<'update-header'>;
type Report = Received<'body-report'>;

/** Whether a member says that it could not have the body of this very header. */
export function reportsWithheld({ payload }: Report, { sender, payload: header }: Header): boolean {
  return payload.refused.some(
    ({ node, digest, code }) => node === sender && digest === header.digest && code === 'BODY_NOT_SERVED',
  );
}

/**
 * The record that F+1 members, hence one honest one, could not have a body. It proves that, and not why.
 *
 * @param faults F of the round's committee.
 * @returns undefined where too few say so.
 */
export function bodyWithheld(
  header: Header,
  reports: readonly Report[],
  faults: number,
): Evidence | undefined {
  const saying = reports
    .filter((report) => report.sender !== header.sender && reportsWithheld(report, header))
    .sort((a, b) => compareText(a.sender, b.sender))
    .slice(0, faults + 1);
  if (saying.length <= faults) return undefined;
  return { kind: 'body-withheld', proof: [header.bytes, ...saying.map(({ bytes }) => bytes)] };
}
