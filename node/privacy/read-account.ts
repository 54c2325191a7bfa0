import { accountantOf, coveredUnit, ledgerAccountant, PrivacyLedger } from '../../privacy/index.ts';
import { BallastError, UsageError } from '../../protocol/errors.ts';
import type { NetworkDocument } from '../../protocol/network.ts';
import type { PrivacyAccountJson } from '../api/index.ts';
import { privacyAccount as privacyAccountSchema } from '../api/schemas/index.ts';
import { existingDatabase } from '../data-folder/index.ts';
import { ledgerPolicy } from '../runtime/ledger-policy.ts';
import { localTrainingOptions } from '../runtime/round-trainer.ts';
import { LevelStore, StoreError } from '../store/index.ts';
import { trainingRelease } from '../training/index.ts';
import { privacyAccount } from './account.ts';

/** Where a node's account is read. */
export type AccountPlace = {
  readonly dataDir: string;
  readonly document: NetworkDocument;
  /** The node's own budget, where its configuration has one. */
  readonly epsilonBudget?: number | undefined;
  /** Base URL of the node's HTTP interface, which is asked while the node runs; undefined where it has none. */
  readonly url: string | undefined;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
};

const ANSWER_BYTES = 4 << 20;
const PATIENCE_MS = 10_000;

/**
 * What a node has spent of its privacy budget: from its folder while it is stopped, of itself while it runs.
 *
 * @throws UsageError `DATA_DIR`, `PRIVACY_NODE_RUNNING` where it runs and cannot be asked; StoreError; BallastError
 *   `LEDGER_…`, `PRIVACY_NODE_ANSWER`.
 */
export async function readPrivacyAccount(place: AccountPlace): Promise<PrivacyAccountJson> {
  try {
    return await withLedger(place, async (ledger) => {
      const { parameters } = place.document;
      const next = trainingRelease(localTrainingOptions(parameters));
      return privacyAccount(ledger, {
        accountant: accountantOf(parameters),
        covers: coveredUnit(parameters),
        next,
      });
    });
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'DATA_DIR_LOCKED') throw error;
    return askForAccount(place);
  }
}

/**
 * Opens the ledger in a stopped node's folder. Nothing is made for a mistyped one.
 *
 * @throws UsageError `DATA_DIR`; StoreError `DATA_DIR_LOCKED` while the node runs; BallastError `LEDGER_…`.
 */
export async function withLedger<T>(
  {
    dataDir,
    document: { parameters },
    epsilonBudget,
  }: Pick<AccountPlace, 'dataDir' | 'document' | 'epsilonBudget'>,
  use: (ledger: PrivacyLedger) => Promise<T> | T,
): Promise<T> {
  const database = await existingDatabase(dataDir);
  const store = await LevelStore.open(database);
  try {
    const accountant = ledgerAccountant(parameters);
    const policy = ledgerPolicy(parameters.privacy, epsilonBudget);
    return await use(await PrivacyLedger.open(store.sub('ledger'), policy, { accountant }));
  } finally {
    await store.close();
  }
}

async function askForAccount({ url, token, signal }: AccountPlace): Promise<PrivacyAccountJson> {
  if (url === undefined) {
    throw new UsageError('PRIVACY_NODE_RUNNING', 'the node runs, and its folder is its own until it stops', {
      hint: 'give --url with the address that it printed as listening, or stop it',
    });
  }
  const signals = [AbortSignal.timeout(PATIENCE_MS), ...(signal === undefined ? [] : [signal])];
  const answer = await fetch(`${url}/v1/node/privacy`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.any(signals),
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new UsageError('PRIVACY_NODE_RUNNING', `the node runs and does not answer on ${url}`, {
      metadata: { url },
      hint: 'give --url with the address that it printed as listening, or stop it',
      cause,
    });
  });
  const body = await bounded(answer);
  if (!answer.ok) throw refused(url, answer.status, body);
  const parsed = privacyAccountSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BallastError('PRIVACY_NODE_ANSWER', `${url}: got an answer of another release of Ballast`, {
    metadata: { url },
    cause: parsed.error,
  });
}

async function bounded(answer: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > ANSWER_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined;
  }
}

function refused(url: string, status: number, body: unknown): UsageError {
  const message = (body as { readonly error?: { readonly message?: unknown } } | undefined)?.error?.message;
  const words = typeof message === 'string' ? message.slice(0, 200) : 'no reason';
  return new UsageError('PRIVACY_NODE_ANSWER', `${url}: got status ${status}: ${words}`, {
    metadata: { url, status },
    ...(status === 401 ? { hint: 'give --token-file with a file that holds a token of the node' } : {}),
  });
}
