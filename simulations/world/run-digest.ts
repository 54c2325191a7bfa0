import { entryDigest } from '../../coordinator/entry.ts';
import { type Digest, digestOf } from '../../protocol/digest.ts';
import type { WorldReport } from './world.ts';

/** Of everything that every node decided, when, and by whose signatures: equal for equal runs. */
export function runDigest(report: WorldReport): Digest {
  return digestOf('ballast/simulation/run', {
    decisions: report.decisions.map(({ node, atMs, decided: { certificate } }) => ({
      node,
      atMs,
      entry: entryDigest(certificate.entry),
      view: certificate.view,
      signatures: certificate.signatures.map(({ index, signature }) => [index, signature]),
    })),
    refusals: [...report.refusals].map(([code, times]) => [code, times]),
    elapsedMs: report.elapsedMs,
  });
}
