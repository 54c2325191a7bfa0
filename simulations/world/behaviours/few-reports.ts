import { packDigests, unpackDigests } from '../../../protocol/digest.ts';
import { opened } from '../opened.ts';
import { type Behaviour, type BehaviourHost, inPlaceOf } from './behaviour.ts';

/**
 * Leads with the entry that all reports make, and shows one report fewer than a quorum: of those at the seal, of those
 * on bodies, or of both, drawn for each proposal.
 */
export function fewReports(host: BehaviourHost): Behaviour {
  const fewer = (digests: Uint8Array) => packDigests(unpackDigests(digests).slice(0, host.quorum - 1));
  return {
    say: (bytes) => {
      const said = opened(bytes);
      // What repeats a lock rests on no reports.
      if (said?.message.type !== 'proposal' || said.message.payload.sealReports.length === 0) {
        host.send(bytes);
        return;
      }
      const { payload } = said.message;
      const which = host.random.below(3);
      const sealReports = which === 1 ? payload.sealReports : fewer(payload.sealReports);
      const bodyReports = which === 0 ? payload.bodyReports : fewer(payload.bodyReports);
      host.send(inPlaceOf(said.envelope, host, 'proposal', { ...payload, sealReports, bodyReports }));
    },
  };
}
