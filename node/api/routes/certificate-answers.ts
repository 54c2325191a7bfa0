import type { Certificate } from '../../../coordinator/index.ts';
import { type Encodable, encodeCanonical } from '../../../protocol/encoding.ts';
import { certificateJson } from '../certificates.ts';
import { type Answer, JSON_TYPE, type Route } from '../route.ts';
import { certificate } from '../schemas/index.ts';
import { madeOnce } from '../steady.ts';
import { EXAMPLES } from './examples.ts';

/** The very bytes that peers exchange: canonical encoding of a certificate message. */
export const CERTIFICATE_TYPE = 'application/vnd.ballast.certificate+msgpack';

export const CERTIFICATE_ANSWERS: Route['answers'] = {
  [JSON_TYPE]: { schema: certificate, example: EXAMPLES.certificate },
  [CERTIFICATE_TYPE]: { example: '(canonical bytes)' },
};

/** The answer with a certificate, in either form; each is made once for a certificate. */
export function certificateAnswers(): (found: Certificate, type: string) => Answer {
  const bytes = madeOnce((found: Certificate) => encodeCanonical(found as Encodable));
  const text = madeOnce(certificateJson);
  return (found, type) => ({ body: type === CERTIFICATE_TYPE ? bytes(found) : text(found), isSteady: true });
}
