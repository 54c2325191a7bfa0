import type { Encodable } from '../../protocol/encoding.ts';
import { decodeCanonical } from '../../protocol/encoding.ts';
import type { Envelope } from '../../protocol/envelope.ts';
import { BallastError } from '../../protocol/errors.ts';
import { payloadOf, type RoundEntry } from '../../protocol/messages.ts';
import type { KeyValueStore } from '../../protocol/store.ts';
import { type Certificate, isCertified, signersOf } from '../certificate.ts';
import type { Committee } from '../committee.ts';
import { committeeKey, decodeEpoch, type Epoch } from '../committee-record.ts';
import { type Head, headAfter } from '../entry.ts';
import { findVersion } from '../find-version.ts';
import { roundKey } from '../keys.ts';
import { genesisRecord, recordAfter, versionKey } from '../records.ts';
import { isDue, requestOf } from '../restore.ts';
import type { Roll } from '../roll.ts';
import { createRoster } from '../roster.ts';
import { standingOf } from '../round/basis.ts';
import type { RoundContext } from '../round/types.ts';
import { GENESIS_STANDING, type StandingTable, standingDigest } from '../standing/index.ts';
import { storedStanding } from '../standing-store.ts';
import { BesideLog } from './beside-log.ts';
import { Enough, Findings } from './findings.ts';
import type { LoggedCommittee, Verification, VerifyCollaborators, VerifyOptions } from './options.ts';
import { Rebuilder } from './rebuild.ts';

/**
 * Recomputes a log from what a participant stored, and names what does not match.
 *
 * Of each round: the link to the one before, the votes of a quorum, the record digest; where the transcript is kept,
 * every signed header and report and, rebuilt from them, the entry field by field; where the bodies are kept, the
 * rule's result and the digests of the candidate and its state. Beside it: checkpoints, index, blobs, the node's own words and lock. The
 * gate's verdict cannot be recomputed: the outcome is what the quorum signed.
 *
 * @throws BallastError `COMMITTEE_UNKNOWN` where neither chain nor log says who may vote, and what the store throws.
 */
export async function verifyLog(
  options: VerifyOptions,
  collaborators: VerifyCollaborators,
): Promise<Verification> {
  const verifier = new LogVerifier(options, collaborators);
  try {
    await verifier.run();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return verifier.result();
}

class LogVerifier {
  readonly #options: VerifyOptions;
  readonly #collaborators: VerifyCollaborators;
  readonly #findings: Findings;
  readonly #beside: BesideLog;
  readonly #rebuilder: Rebuilder;
  readonly #epochs = new Map<number, Epoch>();
  readonly #committees: LoggedCommittee[] = [];
  #head: Head;
  #record: Uint8Array;
  /** Everybody's standing after the head; undefined where a roll was missing and the table too. */
  #standing: StandingTable | undefined = GENESIS_STANDING;
  #trusted = 0;
  #votes = 0;
  #transcripts = 0;
  #bodies = 0;

  constructor(options: VerifyOptions, collaborators: VerifyCollaborators) {
    this.#options = options;
    this.#collaborators = collaborators;
    this.#findings = new Findings(options.all === true);
    this.#beside = new BesideLog(collaborators.store, this.#findings);
    this.#rebuilder = new Rebuilder(options, collaborators, this.#findings);
    this.#head = options.genesis;
    this.#record = genesisRecord(options.genesis);
  }

  async run(): Promise<void> {
    const { store } = this.#collaborators;
    if (this.#options.trust === 'checkpoint') {
      for await (const [key] of store.entries('checkpoint/'))
        this.#trusted = Number(key.slice('checkpoint/'.length));
    }
    for await (const [key, bytes] of store.entries('log/')) {
      const round = this.#head.round + 1;
      const found = Number(key.slice('log/'.length));
      if (!this.#findings.same(round, 'certificate', `round ${round}`, `round ${found}`)) break;
      if (!(await this.#round(round, bytes))) break;
    }
    await this.#beside.leftOver(this.#head);
    const { committee } = [...this.#epochs.values()].at(-1) ?? (await this.#epochOf(0, 0));
    await this.#beside.words(this.#options.network, this.#head, committee);
    await this.#beside.blobs(this.#head.round + 1);
  }

  result(): Verification {
    const coverage = {
      rounds: this.#head.round,
      votes: this.#votes,
      transcripts: this.#transcripts,
      bodies: this.#bodies,
      trusted: Math.min(this.#trusted, this.#head.round),
    };
    const mismatches = this.#findings.mismatches.toSorted((a, b) => a.round - b.round);
    return { mismatches, head: this.#head, coverage, committees: this.#committees };
  }

  /** @returns whether the rounds after it can be looked at. */
  async #round(round: number, bytes: Uint8Array): Promise<boolean> {
    const before = this.#head;
    const isTrusted = round < this.#trusted;
    const record = recordAfter(this.#record, bytes);
    // Up to a checkpoint the record is what vouches for the bytes; elsewhere what they say is looked at first.
    if (isTrusted) this.#record = await this.#beside.record(round, record);
    const certificate = await this.#findings.attempt(round, 'certificate', 'a certificate', () =>
      isTrusted ? (decodeCanonical(bytes) as Certificate) : readCertificate(bytes),
    );
    if (certificate === undefined) return false;
    const { entry } = certificate;
    this.#link(round, certificate);
    const { committee, roster } = await this.#epochOf(entry.epoch, round);
    if (!isTrusted) {
      await this.#verifyVotes(certificate, committee);
      this.#record = await this.#beside.record(round, record);
    }
    await this.#restored(entry, before);
    this.#head = headAfter(entry);
    this.#collaborators.onRound?.(certificate, before);
    const roll = await this.#beside.roll(round, entry);
    const standing = this.#standing;
    const { aggregator } = this.#collaborators;
    const { network, parameters } = this.#options;
    const context = { self: '', network, committee, roster, parameters, minUpdates: aggregator.minRows };
    await this.#fold(context, entry, roll, isTrusted);
    if (entry.outcome === 'accepted') await this.#beside.version(entry.version, round);
    if (isTrusted) return true;
    await this.#beside.checkpoint(round, bytes, this.#record, committee);
    await this.#beside.blobs(round);
    if (standing === undefined) return true;
    const next = entry.nextCommittee === null ? undefined : await this.#epochOf(entry.epoch + 1, round);
    const { transcript, bodies } = await this.#rebuilder.round(context, before, entry, roll, standing, next);
    this.#transcripts += Number(transcript);
    this.#bodies += Number(bodies);
    return true;
  }

  /** Everybody's standing follows from the roll and the offences; where this node did without the roll it kept the table. */
  async #fold(
    context: RoundContext,
    entry: RoundEntry,
    roll: Roll | undefined,
    isTrusted: boolean,
  ): Promise<void> {
    if (this.#standing !== undefined && roll !== undefined) {
      this.#standing = standingOf(context, this.#standing, entry, roll);
      if (!isTrusted)
        this.#findings.same(entry.round, 'entry.standing', standingDigest(this.#standing), entry.standing);
      return;
    }
    this.#standing = await storedStanding(this.#collaborators.store, entry);
  }

  /** What the entry says of the one before it, and how its version follows. */
  #link(round: number, { entry }: Certificate): void {
    const before = this.#head;
    const accepted = entry.outcome === 'accepted';
    const expected = {
      round,
      parent: before.entry,
      baseVersion: before.version,
      baseDigest: before.modelDigest,
      baseState: before.stateDigest,
      version: accepted ? before.version + 1 : before.version,
      modelDigest: accepted ? entry.candidateDigest : before.modelDigest,
      stateDigest: accepted ? entry.candidateState : before.stateDigest,
    };
    for (const field of Object.keys(expected) as (keyof typeof expected)[])
      this.#findings.same(round, `entry.${field}`, String(expected[field]), String(entry[field]));
  }

  /** A restored version is the one that the log has under its number, by a request that was not dealt with before. */
  async #restored(entry: RoundEntry, before: Head): Promise<void> {
    const { round, candidateDigest, candidateState } = entry;
    const request = requestOf(entry);
    if (request === undefined) return;
    if (!isDue(before, request))
      this.#findings.add(
        round,
        'entry.restore',
        'a request not dealt with before',
        `request ${request.nonce}`,
      );
    if (entry.outcome !== 'accepted') return;
    const { store } = this.#collaborators;
    const named = await findVersion(request.version, storedLog(store), this.#options);
    this.#findings.same(
      round,
      'entry.candidateDigest',
      named?.modelDigest ?? `version ${request.version}`,
      candidateDigest,
    );
    this.#findings.same(
      round,
      'entry.candidateState',
      named?.stateDigest ?? `version ${request.version}`,
      candidateState,
    );
  }

  async #verifyVotes(certificate: Certificate, committee: Committee): Promise<void> {
    const { round } = certificate.entry;
    const { commitScheme } = this.#collaborators;
    const isValid = await isCertified(certificate, this.#options.network, committee, commitScheme);
    if (isValid) this.#votes += 1;
    else {
      const got = `${signersOf(certificate).length} signatures, fewer of members`;
      this.#findings.add(
        round,
        'signatures',
        `${committee.quorum} of members of epoch ${committee.epoch}`,
        got,
      );
    }
  }

  /** Who may vote: the chain's word, with which the log's own has to agree. */
  async #epochOf(epoch: number, round: number): Promise<Epoch> {
    const known = this.#epochs.get(epoch);
    if (known !== undefined) return known;
    const { store, committeeOf } = this.#collaborators;
    const bytes = await store.get(committeeKey(epoch));
    const onChain = await committeeOf?.(epoch);
    const stored =
      bytes === undefined
        ? undefined
        : await this.#findings.attempt(round, 'committee', `the committee of epoch ${epoch}`, () =>
            decodeEpoch(bytes, epoch),
          );
    const isSame =
      onChain === undefined || stored === undefined || isSameCommittee(onChain, stored.committee);
    if (!isSame)
      this.#findings.add(round, 'committee', `the committee of epoch ${epoch} on the chain`, 'another');
    const found =
      isSame && stored !== undefined
        ? stored
        : onChain && { committee: onChain, roster: createRoster(onChain) };
    if (found === undefined) {
      throw new BallastError(
        'COMMITTEE_UNKNOWN',
        `committee of epoch ${epoch}: neither the chain nor the log says who may vote in round ${round}`,
        { hint: 'give the chain’s endpoint with --rpc', metadata: { epoch, round } },
      );
    }
    this.#epochs.set(epoch, found);
    this.#committees.push({ committee: found.committee, round });
    return found;
  }
}

/** Contributors stand on no chain: the members are compared. */
function isSameCommittee(a: Committee, b: Committee): boolean {
  const told = ({ members }: Committee) => members.map(({ node, signer }) => `${node} ${signer}`).join();
  return told(a) === told(b);
}

/** @throws what decoding throws; MessageError naming the field. */
function readCertificate(bytes: Uint8Array): Certificate {
  const payload: Encodable = decodeCanonical(bytes);
  return payloadOf('certificate', { payload, sender: 'the log' } as Envelope);
}

/** Where a log says what its versions are. */
function storedLog(store: KeyValueStore) {
  return {
    roundOf: async (version: number) => {
      const bytes = await store.get(versionKey(version));
      return bytes === undefined ? undefined : Number(new TextDecoder().decode(bytes));
    },
    get: async (round: number) => {
      const bytes = await store.get(roundKey('log', round));
      return bytes === undefined ? undefined : readCertificate(bytes);
    },
  };
}
