/** What one look at a node's surroundings came to. */
export type Finding = {
  /** What was looked at, such as `keystore`. */
  readonly check: string;
  /** A `problem` keeps the node from taking part; a `warning` may. */
  readonly status: 'ok' | 'warning' | 'problem' | 'skipped';
  readonly message: string;
  readonly remedy?: string;
};

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message });

export const skipped = (check: string, message: string): Finding => ({ check, status: 'skipped', message });

export const warning = (check: string, message: string, remedy: string): Finding => ({
  check,
  status: 'warning',
  message,
  remedy,
});

export const problem = (check: string, message: string, remedy?: string): Finding => ({
  check,
  status: 'problem',
  message,
  ...(remedy === undefined ? {} : { remedy }),
});
