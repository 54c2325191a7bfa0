/** The first signal asks for an orderly end, the second forces it; nobody reading the output any more is a first one. */
export type Interruption = {
  readonly stop: AbortSignal;
  readonly force: AbortSignal;
  /** The signal that came first, for the exit code. */
  readonly signalName: () => NodeJS.Signals | undefined;
  readonly release: () => void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function catchSignals(onFirst: () => void = () => undefined): Interruption {
  const stop = new AbortController();
  const force = new AbortController();
  let first: NodeJS.Signals | undefined;
  const handle = (signal: NodeJS.Signals) => {
    if (first === undefined) {
      first = signal;
      onFirst();
      stop.abort();
    } else {
      force.abort();
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  const end = () => {
    if (first === undefined) handle('SIGPIPE');
  };
  process.stdout.on('error', end);
  return {
    stop: stop.signal,
    force: force.signal,
    signalName: () => first,
    release: () => {
      for (const signal of SIGNALS) process.off(signal, handle);
      process.stdout.off('error', end);
      // Whatever is written from then on fails too.
      if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', () => undefined);
    },
  };
}
