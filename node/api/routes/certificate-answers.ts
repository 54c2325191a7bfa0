import type { Certificate } from '../../../coordinator/index.ts';
import { type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
import { certificateJson } from '../certificates.ts';
import { type Answer, JSON_TYPE, type Route } from '../route.ts';
import { certificate } from '../schemas/index.ts';
import { EXAMPLES } from './examples.ts';

/** The very bytes that peers exchange: canonical encoding of a certificate message. */
export const CERTIFICATE_TYPE = 'application/vnd.ballast.certificate+msgpack';

export const CERTIFICATE_ANSWERS: Route['answers'] = {
  [JSON_TYPE]: { schema: certificate, example: EXAMPLES.certificate },
  [CERTIFICATE_TYPE]: { example: '(canonical bytes)' },
};

export function certificateAnswer(found: Certificate, type: string): Answer {
  return { body: type === CERTIFICATE_TYPE ? encodeCanonical(found as Encodable) : certificateJson(found) };
}
