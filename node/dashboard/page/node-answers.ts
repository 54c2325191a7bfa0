import type { BreakerJson, OverrideJson, ParameterJson, PrivacyAccountJson } from '../../api/index.ts';
import type { RoundView } from './round-panel.ts';

/** What the page shows. `privacy` and `rest` are undefined until the node is up. */
export type Answers = {
  readonly readiness: RoundView['readiness'];
  readonly privacy: PrivacyAccountJson | undefined;
  readonly last: RoundView['last'];
  readonly model: RoundView['model'];
  /** Undefined while the chain cannot be read. */
  readonly bounds:
    | {
        readonly breaker: BreakerJson;
        readonly overrides: readonly OverrideJson[];
        readonly parameters: readonly ParameterJson[];
      }
    | undefined;
  /** The node asks for a token, and got none that it knows. */
  readonly needsToken: boolean;
};

export type Ask = (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;

const ON_CHAIN = ['/v1/breaker', '/v1/overrides', '/v1/parameters'];

/** Asks a node for what the page shows. @throws what `ask` throws when the node does not answer at all. */
export async function askNode(ask: Ask): Promise<Answers> {
  const paths = ['/readyz', '/v1/node/privacy', '/v1/rounds?limit=1', '/v1/models/latest', ...ON_CHAIN];
  const [ready, privacy, rounds, model, ...onChain] = await Promise.all(paths.map(ask));
  const body = <T>(answer: typeof ready): T | undefined =>
    answer?.status === 200 ? (answer.body as T) : undefined;
  const [breaker, overrides, parameters] = [
    body<BreakerJson>(onChain[0]),
    body<{ readonly items: readonly OverrideJson[] }>(onChain[1])?.items,
    body<{ readonly items: readonly ParameterJson[] }>(onChain[2])?.items,
  ];
  const isRead = breaker !== undefined && overrides !== undefined && parameters !== undefined;
  return {
    bounds: isRead ? { breaker, overrides, parameters } : undefined,
    // Its status is no success while the node starts, and its body says why.
    readiness: ready?.body as RoundView['readiness'],
    privacy: body<PrivacyAccountJson>(privacy),
    last: body<{ readonly items: readonly NonNullable<RoundView['last']>[] }>(rounds)?.items[0],
    model: body<NonNullable<RoundView['model']>>(model),
    needsToken: privacy?.status === 401 || privacy?.status === 429,
  };
}
