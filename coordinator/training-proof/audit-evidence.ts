import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import type { NodeId } from '../../protocol/ids.ts';
import type { NetworkParameters } from '../../protocol/network.ts';
import type { RoundLog } from '../log.ts';
import { roundsOfFailedAudit, verifyFailedAudit } from './failed-audit.ts';
import type { AuditedStep } from './trajectory.ts';

export type AuditEvidenceParts = {
  readonly network: Digest;
  /** Number of weights. */
  readonly size: number;
  readonly parameters: Pick<NetworkParameters, 'audit'>;
  readonly log: Pick<RoundLog, 'get'>;
  /** The step of a round; absent where the network audits nothing. */
  readonly stepOf: ((round: number) => AuditedStep) | undefined;
};

/** Checks the one part of a `failed-audit` against the log. @throws BallastError as `verifyFailedAudit`. */
export type AuditVerifier = (proof: Uint8Array) => Promise<{ readonly node: NodeId; readonly round: number }>;

/** @returns undefined where the network audits nothing. */
export function auditVerifier(parts: AuditEvidenceParts): AuditVerifier | undefined {
  const { network, size, log, stepOf } = parts;
  const { audit } = parts.parameters;
  if (audit === undefined || stepOf === undefined) return undefined;
  return async (proof) => {
    const limits = { network, size, audit };
    const entries = new Map(
      await Promise.all(
        roundsOfFailedAudit(proof, limits).map(
          async (round) => [round, (await log.get(round))?.entry] as const,
        ),
      ),
    );
    try {
      return verifyFailedAudit(proof, { ...limits, entryAt: (round) => entries.get(round), stepOf });
    } catch (cause) {
      if (cause instanceof BallastError) throw cause;
      // A step fails where the public rows of its round are not here: that blames nobody.
      throw new BallastError('EVIDENCE_INVALID', 'failed audit: its steps cannot be executed here', {
        cause,
      });
    }
  };
}
