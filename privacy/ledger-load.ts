import type { Digest } from '../protocol/digest.ts';
import { BallastError } from '../protocol/errors.ts';
import type { KeyValueStore } from '../protocol/store.ts';
import {
  type Debit,
  damaged,
  debitKey,
  decodeDebit,
  decodeHead,
  type Head,
  LEDGER_KEYS,
  LEDGER_ROOT,
  type LedgerPosition,
} from './ledger-records.ts';
import { formatTerms, type LedgerTerms } from './policy.ts';

/** A verified ledger: its debits in order, the sum of their losses, and the checksum of the last. */
export type LoadedLedger = {
  readonly debits: readonly Debit[];
  readonly total: bigint;
  readonly last: Digest;
};

/**
 * Reads a ledger and verifies all of it: checksums, the chain, the running total, and that the head agrees. The bytes
 * of a release are verified when they are asked for.
 *
 * @throws BallastError `LEDGER_DAMAGED`, `LEDGER_FORMAT`, `LEDGER_ROLLED_BACK`, `PRIVACY_POLICY_MISMATCH`.
 */
export async function loadLedger(
  store: KeyValueStore,
  terms: LedgerTerms,
  witness: LedgerPosition | undefined,
): Promise<LoadedLedger> {
  const stored = await store.get(LEDGER_KEYS.head);
  const head = stored === undefined ? undefined : decodeHead(stored);
  if (head !== undefined) requireTerms(head.terms, terms);

  const debits: Debit[] = [];
  const keys = new Set<string>();
  let total = 0n;
  let last = LEDGER_ROOT;
  let witnessed = witness === undefined || (witness.count === 0 && witness.checksum === LEDGER_ROOT);
  for await (const [where, bytes] of store.entries(LEDGER_KEYS.debits)) {
    const { debit, checksum } = decodeDebit(bytes, where);
    total += debit.loss;
    const inPlace = where === debitKey(debits.length) && debit.sequence === debits.length;
    if (!inPlace || debit.previous !== last) throw damaged(where, 'a record out of place');
    if (debit.total !== total || keys.has(debit.key))
      throw damaged(where, 'a wrong running total or a key twice');
    keys.add(debit.key);
    debits.push(debit);
    last = checksum;
    if (witness?.count === debits.length && witness.checksum === checksum) witnessed = true;
  }

  requireHead(head, { count: debits.length, total, last });
  if (head === undefined) await requireNoLeftovers(store);
  if (!witnessed) throw rolledBack(witness?.count ?? 0, debits.length);
  return { debits, total, last };
}

function requireHead(head: Head | undefined, found: Omit<Head, 'terms'>): void {
  const expected = head ?? { count: 0, total: 0n, last: LEDGER_ROOT };
  if (expected.count !== found.count || expected.total !== found.total || expected.last !== found.last) {
    throw damaged(LEDGER_KEYS.head, `${found.count} records where it counts ${expected.count}`);
  }
}

async function requireNoLeftovers(store: KeyValueStore): Promise<void> {
  for await (const [where] of store.entries(LEDGER_KEYS.all)) throw damaged(where, 'a record without a head');
}

function requireTerms(stored: LedgerTerms, asked: LedgerTerms): void {
  const [kept, expected] = [formatTerms(stored), formatTerms(asked)];
  if (kept === expected) return;
  throw new BallastError(
    'PRIVACY_POLICY_MISMATCH',
    `privacy ledger: got a ledger kept for (${kept}), expected (${expected})`,
    {
      metadata: { stored: kept, asked: expected },
      hint: 'what was released under one guarantee cannot be counted under another: keep the policy',
    },
  );
}

function rolledBack(witnessed: number, found: number): BallastError {
  return new BallastError(
    'LEDGER_ROLLED_BACK',
    `privacy ledger: got ${found} records, expected the record ${witnessed} that was witnessed`,
    {
      metadata: { witnessed, found },
      hint: 'this data folder is an old or another copy: restore the newest one',
    },
  );
}
