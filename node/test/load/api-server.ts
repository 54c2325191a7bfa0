/** A server of the API for `api-bench.ts`: a source in memory, the models computed in full. Ends with its parent. */
import { apiConfigSchema, createApi, createPredictor, EventFeed } from '../../api/index.ts';
import { memorySource } from '../../api/test/support.ts';
import { createMetrics } from '../../metrics/index.ts';
import { genesisOf } from '../../models/index.ts';
import { fixture } from '../../models/test/fixture.ts';

const now = () => performance.now();
const metrics = createMetrics({ now });
const feed = new EventFeed();
const api = createApi(apiConfigSchema.parse({ port: 0 }), {
  status: { readiness: () => ({ status: 'ready', reason: 'serves a bench' }), conditions: () => [] },
  feed,
  metrics: metrics.api,
  now,
  onError: (error) => console.error(error),
});
const { url } = await api.start();

const { model, window, market } = fixture();
const source = memorySource();
const { version, modelDigest } = source.head();
const weights = genesisOf(model);
const predict = createPredictor({
  model,
  current: async () => ({ version, modelDigest, weights }),
  known: () => ({ peg: window, market }),
});
api.serve({ ...source, predict });
process.on('disconnect', () => api.stop(500));
process.send?.(url);
