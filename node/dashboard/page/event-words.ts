import { valueText } from './amounts.ts';
import { refusalWords } from './views/fates.ts';

type Fields = Readonly<Record<string, unknown>>;

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
const round = (event: Fields): string => (event.round === undefined ? '' : `round ${text(event.round)}`);

const rate = (value: unknown): string =>
  /^\d{1,30}$/.test(text(value)) ? valueText(text(value), 'wad/year') : text(value);

const feeText = ({ before, after, heldBy }: Fields): string => {
  if (before !== after) return `${rate(before)} → ${rate(after)}`;
  const held = Array.isArray(heldBy) ? heldBy.map(text).filter((words) => words !== '') : [];
  return `${rate(after)} stays${held.length === 0 ? '' : `: ${held.join(', ')}`}`;
};

const WORDS: Readonly<Record<string, (event: Fields) => string>> = {
  phase: (event) => `${round(event)}: ${text(event.phase)}`,
  view: (event) => `${round(event)}: leader ${text(event.view)} takes over`,
  voted: (event) => `${round(event)}: this node has sent its ${text(event.vote)}`,
  decided: (event) =>
    `${round(event)}: ${text(event.outcome)}${text(event.reason) === '' ? '' : `, ${text(event.reason)}`}`,
  judged: (event) => `${round(event)}: this node would have it ${text(event.verdict)}`,
  published: (event) => `version ${text(event.version)} is on the chain`,
  fee: (event) => `${round(event)}: the stability fee ${feeText(event)}`,
  recommended: (event) => text(event.explanation),
  abstained: (event) => `${round(event)}: no training, ${text(event.code)}`,
  trained: (event) => `${round(event)}: trained`,
  condition: (event) => `${text(event.code)} ${text(event.message)}`,
  drift: (event) => text(event.message),
  refused: (event) => `from …${text(event.sender).slice(-6)}: ${refusalWords(text(event.code))}`,
  reported: (event) => `${text(event.kind)} of ${text(event.node)}: ${text(event.status)}`,
  error: (event) => text(event.code),
};

/** An event in a line; kinds that have no words of their own are named alone. */
export const eventWords = (event: Fields): string =>
  (WORDS[text(event.event)]?.(event) ?? round(event)).slice(0, 400);
