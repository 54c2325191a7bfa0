import {
  type DecisionPlace,
  decisionLogHead,
  explanationDigest,
  justificationText,
  KNOWN_NAMES,
  type LogEntry,
  type LogHead,
  PARAMETER_SETTINGS,
  parameterId,
  readDecisions,
  type SuiteAddresses,
  suiteOf,
} from '../../contracts/client/index.ts';
import { BoundedCache } from '../../protocol/cache.ts';
import type { Digest } from '../../protocol/digest.ts';
import type { DecisionJson } from '../api/index.ts';
import type { ChainLink, NodeEvent, NodeView } from '../runtime/index.ts';

/** The newest decisions that are told. */
const MAX_DECISIONS = 1_000;
/** Explanations of a node's own recommendations, and justifications that were looked up. */
const MAX_TEXTS = 512;
const MAX_WORDS = 2_000;
/** The newest records whose block's time or justification is asked for, where the events do not have it. */
const MAX_LOOKED_UP = 64;

const UNITS = new Map(PARAMETER_SETTINGS.map(({ name, unit }) => [parameterId(name), unit]));

type Notes = Pick<NonNullable<NodeView['notes']>, 'explanations'>;
type Link = Pick<ChainLink, 'reader' | 'document'>;
type DecisionRecord = Extract<LogEntry, { readonly type: 'record' }>;

/**
 * The decision log as the chain has it, read anew only when its head has moved, and held against that head. The texts
 * behind its digests are this node's own explanations, and those of proposals that were executed.
 */
export class ChainDecisions {
  readonly #texts = new BoundedCache<string>(MAX_TEXTS);
  readonly #times = new BoundedCache<number>(MAX_DECISIONS);
  #recalled: { readonly notes: Notes; readonly texts: ReadonlyMap<string, string> } | undefined;
  #suite: SuiteAddresses | undefined;
  #kept: { readonly head: LogHead; readonly items: readonly DecisionJson[] } | undefined;

  /** Keeps the explanations that this node signed: the log has their digests alone. */
  observe(event: NodeEvent): void {
    if (event.event === 'recommended') this.#keepText(event.explanation);
  }

  /** Takes up the explanations that this node signed before it was started, once. */
  async recall(notes: Notes | undefined): Promise<void> {
    if (notes === undefined || notes === this.#recalled?.notes) return;
    const texts = await notes.explanations();
    // Beside what was told since, which they would else push out before them.
    this.#recalled = { notes, texts: new Map(texts.map((text) => [explanationDigest(text), wordsOf(text)])) };
  }

  /** The newest first. @throws BallastError `DECISION_LOG_BROKEN`, and what the chain throws. */
  async read(link: Link): Promise<readonly DecisionJson[]> {
    const { reader, document } = link;
    this.#suite ??= await suiteOf(reader, document.contracts.parameterRegistry);
    const { decisionLog } = this.#suite;
    const head = await decisionLogHead(reader, decisionLog);
    if (this.#kept?.head.digest !== head.digest) {
      const items = head.count === 0n ? [] : await this.#readAll(link, decisionLog);
      this.#kept = { head, items };
    }
    return this.#kept.items.map((item) =>
      item.words === null ? { ...item, words: this.#known(item.explanation) ?? null } : item,
    );
  }

  async #readAll(link: Link, decisionLog: string): Promise<readonly DecisionJson[]> {
    const { entries, statuses, places } = await readDecisions(link.reader, decisionLog);
    const records = entries.filter((entry) => entry.type === 'record').slice(-MAX_DECISIONS);
    const reviews = Map.groupBy(
      entries.filter((entry) => entry.type === 'review'),
      ({ decision }) => decision,
    );
    const items: DecisionJson[] = [];
    for (const [age, record] of records.toReversed().entries()) {
      const place = places.get(record.decision);
      if (place === undefined) continue;
      const isRecent = age < MAX_LOOKED_UP;
      items.push({
        ...fieldsOf(record, place),
        status: statuses.get(record.decision) ?? 'implemented',
        atMs: await this.#timeOf(link, place, isRecent),
        words: isRecent ? await this.#wordsOf(link, record, place) : null,
        reviews: (reviews.get(record.decision) ?? [])
          .slice(-16)
          .map(({ verdict, justification }) => ({ verdict, justification })),
      });
    }
    return items;
  }

  async #timeOf({ reader }: Link, { height, timestamp }: DecisionPlace, isRecent: boolean) {
    if (timestamp !== undefined) return timestamp * 1_000;
    const key = String(height);
    const known = this.#times.get(key);
    if (known !== undefined || !isRecent) return known ?? null;
    const block = await reader.getBlock({ blockNumber: height }).catch(() => undefined);
    if (block === undefined) return null;
    const atMs = Number(block.timestamp) * 1_000;
    this.#times.set(key, atMs, 1);
    return atMs;
  }

  async #wordsOf(
    { reader }: Link,
    { kind, explanation }: DecisionRecord,
    { transactionHash }: DecisionPlace,
  ) {
    const known = this.#known(explanation);
    if (known !== undefined || kind !== 'governance') return known ?? null;
    const text = await justificationText(reader, transactionHash, explanation).catch(() => undefined);
    return text === undefined ? null : this.#keepText(text);
  }

  #known(explanation: string): string | undefined {
    return this.#texts.get(explanation) ?? this.#recalled?.texts.get(explanation);
  }

  #keepText(text: string): string {
    const words = wordsOf(text);
    this.#texts.set(explanationDigest(text), words, 1);
    return words;
  }
}

/** A text on one line, and no longer than is told. */
const wordsOf = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, MAX_WORDS);

function fieldsOf(record: DecisionRecord, { height, transactionHash }: DecisionPlace) {
  const { decision, parameter, kind, before, value, provenance, explanation } = record;
  return {
    number: Number(decision),
    parameter,
    name: nameOf(parameter),
    unit: UNITS.get(parameter) ?? '',
    kind,
    before: String(before),
    after: String(value),
    version: kind === 'model' ? Number(provenance.modelVersion) : null,
    block: Number(height),
    transaction: transactionHash,
    explanation,
  };
}

const nameOf = (parameter: Digest): string | null => KNOWN_NAMES.get(parameter) ?? null;
