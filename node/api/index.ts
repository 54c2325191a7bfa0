export { type Api, type ApiCollaborators, createApi } from './api.ts';
export { type ApiConfig, apiConfigSchema, DEFAULT_API_PORT } from './config.ts';
export { API_ERRORS, ApiError, type ApiErrorCode } from './errors.ts';
export { EventFeed } from './event-feed.ts';
export { API_LIMITS, type ApiLimits } from './limits.ts';
export type { ApiMetrics } from './metrics.ts';
export type { PageFile } from './pages.ts';
export {
  type CertifiedWeights,
  createPredictor,
  type PredictorCollaborators,
  type PublicWindows,
} from './predictor.ts';
export { type ApiEvent, toApiEvent } from './public-event.ts';
export { CERTIFICATE_TYPE } from './routes/certificate-answers.ts';
export type * from './schemas/index.ts';
export type { ApiSource, ApiStatus, Role } from './source.ts';
export { MIN_TOKEN_LENGTH, readTokens, TokenSet } from './tokens.ts';
