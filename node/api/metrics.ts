/** What the server tells of itself; `node/metrics` keeps it. */
export type ApiMetrics = {
  /** @param route the path as in OpenAPI, or `unmatched`: never what the client wrote. */
  readonly observeRequest: (route: string, status: number, seconds: number) => void;
  readonly countTokenFailure: () => void;
  readonly setSubscribers: (count: number) => void;
  readonly countDroppedSubscriber: () => void;
  /** The exposition format of Prometheus. */
  readonly text: () => Promise<string>;
};
