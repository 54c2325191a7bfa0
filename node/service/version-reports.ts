import { BoundedCache } from '../../protocol/cache.ts';
import type { PrivacyStatement } from '../../protocol/messages.ts';
import type { HeldOut, NodeEvent } from '../runtime/index.ts';
import { type StatedReport, versionReport } from './version-report.ts';

/** A report has about two kilobytes. */
const REPORTS_KEPT = 1_024;

/** Where a version stands, and what it cost. */
export type ReportedVersion = {
  readonly version: number;
  readonly modelDigest: string;
  readonly round: number;
  readonly privacy: PrivacyStatement | null;
};

/** The figures of a version's weights, without intervals; undefined where the weights are not kept. */
export type Measure = (version: ReportedVersion) => Promise<HeldOut | undefined>;

/**
 * How versions do on held-out data. What is told at a decision is kept, intervals and all. A version that was
 * decided before this process began is measured once when somebody asks, one at a time and without intervals:
 * nobody can make a node resample.
 */
export class VersionReports {
  readonly #kept = new BoundedCache<StatedReport>(REPORTS_KEPT);
  readonly #measure: Measure;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  observe(event: NodeEvent): void {
    if (event.event !== 'decided' || event.outcome !== 'accepted' || event.heldOut === null) return;
    // Where another node's bytes are held, the figures are of those.
    if (event.heldDigest !== event.modelDigest) return;
    const { version, heldOut } = event;
    this.#kept.set(String(version), versionReport(event, heldOut), 1);
  }

  /** What is kept of the versions after one, ascending; nothing is measured for it. */
  keptAfter(version: number, newest: number): readonly StatedReport[] {
    const first = Math.max(version + 1, newest - REPORTS_KEPT + 1);
    return Array.from({ length: Math.max(0, newest - first + 1) }, (_, i) =>
      this.#kept.get(String(first + i)),
    ).filter((report) => report !== undefined);
  }

  /** @throws what measuring throws; that is not kept. */
  async of(version: ReportedVersion): Promise<StatedReport | undefined> {
    const known = this.#kept.get(String(version.version));
    if (known !== undefined) return known;
    const made = this.#turn.then(async () => {
      const meanwhile = this.#kept.get(String(version.version));
      if (meanwhile !== undefined) return meanwhile;
      const heldOut = await this.#measure(version);
      if (heldOut === undefined) return undefined;
      const report = versionReport(version, heldOut);
      this.#kept.set(String(version.version), report, 1);
      // Rounds and other requests come between two measurements.
      await new Promise((resolve) => setImmediate(resolve));
      return report;
    });
    this.#turn = made.catch(() => undefined);
    return made;
  }
}
