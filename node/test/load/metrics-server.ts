/**
 * A node's HTTP interface for `metrics-bench.ts`: the real server over the real registry, filled by 200 peers, beside a
 * view that is made up. With `silent` as its argument the chain never answers. Ends with its parent.
 */
import { apiConfigSchema, createApi, EventFeed } from '../../api/index.ts';
import { memorySource } from '../../api/test/support.ts';
import { createMetrics } from '../../metrics/index.ts';
import { decidedRound, fillLabels } from '../../metrics/test/crowd.ts';
import type { ChainLink, NodeView } from '../../runtime/index.ts';
import { withView } from '../../service/node-service.ts';
import { PrivacyAccounts } from '../../service/privacy-accounts.ts';
import { document, fakeNode } from '../../service/test/support.ts';
import { CROWD } from './bounds.ts';

const isSilent = process.argv.includes('silent');
const now = () => performance.now();
const metrics = createMetrics({ now });
fillLabels(metrics, decidedRound(), CROWD);
const node = fakeNode();
const peers: ReturnType<NodeView['peers']> = Array.from({ length: CROWD }, (_, i) => ({
  id: `12D3KooW${i}`,
  address: `/ip4/192.0.2.1/tcp/${4_001 + i}`,
  score: 0,
  latencyMs: 10,
  refusals: { MESSAGE_EXPIRED: 1 },
  release: undefined,
  missingProtocols: [],
}));
const view = (): NodeView => ({
  ...node.view(),
  peers: () => peers,
  finalized: { height: 7, ageMs: 900 },
  clockSkewMs: 12,
  // Only handed on to the readings below.
  link: {} as ChainLink,
});
const { parameters, breaker, overrides } = memorySource();
const said = <Value>(read: () => Promise<Value>) =>
  isSilent ? () => new Promise<never>(() => undefined) : read;
const api = createApi(apiConfigSchema.parse({ port: 0 }), {
  status: { readiness: () => view().readiness, conditions: () => [] },
  feed: new EventFeed(),
  metrics: withView(metrics, view, new PrivacyAccounts(document.parameters), {
    version: said(async () => 3),
    parameters: said(parameters),
    breaker: said(breaker),
    overrides: said(overrides),
  }),
  now,
  onError: (error) => console.error(error),
});
const { url } = await api.start();
process.on('disconnect', () => api.stop(500));
process.send?.(url);
