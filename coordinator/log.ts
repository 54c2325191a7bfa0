import { decodeCanonical, type Encodable, encodeCanonical } from '../protocol/encoding.ts';
import { BallastError } from '../protocol/errors.ts';
import type { KeyValueStore, StoreOperation } from '../protocol/store.ts';
import type { Certificate } from './certificate.ts';
import { type Head, headAfter } from './entry.ts';
import { roundKey } from './keys.ts';

/**
 * The round log: one certificate a round, each entry naming the digest of the one before. The head is what
 * the chain anchors.
 */
export class RoundLog {
  readonly #store: KeyValueStore;
  #head: Head;

  private constructor(store: KeyValueStore, head: Head) {
    this.#store = store;
    this.#head = head;
  }

  /**
   * Reads the log from genesis on.
   *
   * @throws BallastError `LOG_BROKEN` naming the first round whose link does not match.
   */
  static async open(store: KeyValueStore, genesis: Head): Promise<RoundLog> {
    let head = genesis;
    for await (const [, bytes] of store.entries('log/')) {
      const { entry } = readCertificate(bytes);
      if (entry.round !== head.round + 1 || entry.parent !== head.entry) {
        throw new BallastError(
          'LOG_BROKEN',
          `round log: round ${entry.round} does not follow round ${head.round}`,
          {
            metadata: { round: entry.round },
            hint: 'stop the node and keep its data folder, which holds the privacy ledger and its votes too; report it',
          },
        );
      }
      head = headAfter(entry);
    }
    return new RoundLog(store, head);
  }

  get head(): Head {
    return this.#head;
  }

  /** Durable, together with `more`, when it resolves. */
  async append(certificate: Certificate, more: readonly StoreOperation[] = []): Promise<void> {
    const value = encodeCanonical(certificate as Encodable);
    await this.#store.write([{ type: 'put', key: roundKey('log', certificate.entry.round), value }, ...more]);
    this.#head = headAfter(certificate.entry);
  }

  async get(round: number): Promise<Certificate | undefined> {
    const bytes = await this.#store.get(roundKey('log', round));
    return bytes === undefined ? undefined : readCertificate(bytes);
  }
}

function readCertificate(bytes: Uint8Array): Certificate {
  return decodeCanonical(bytes) as Certificate;
}
