import type { PrivacyAccountJson } from '../../api/index.ts';
import type { RoundView } from './round-panel.ts';

/** What the page shows. `privacy` and `rest` are undefined until the node is up. */
export type Answers = {
  readonly readiness: RoundView['readiness'];
  readonly privacy: PrivacyAccountJson | undefined;
  readonly last: RoundView['last'];
  readonly model: RoundView['model'];
  /** The node asks for a token, and got none that it knows. */
  readonly needsToken: boolean;
};

export type Ask = (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;

/** Asks a node for what the page shows. @throws what `ask` throws when the node does not answer at all. */
export async function askNode(ask: Ask): Promise<Answers> {
  const [ready, privacy, rounds, model] = await Promise.all(
    ['/readyz', '/v1/node/privacy', '/v1/rounds?limit=1', '/v1/models/latest'].map(ask),
  );
  const body = <T>(answer: typeof ready): T | undefined =>
    answer?.status === 200 ? (answer.body as T) : undefined;
  return {
    // Its status is no success while the node starts, and its body says why.
    readiness: ready?.body as RoundView['readiness'],
    privacy: body<PrivacyAccountJson>(privacy),
    last: body<{ readonly items: readonly NonNullable<RoundView['last']>[] }>(rounds)?.items[0],
    model: body<NonNullable<RoundView['model']>>(model),
    needsToken: privacy?.status === 401 || privacy?.status === 429,
  };
}
