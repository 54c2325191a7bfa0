import { CONDITIONS } from '../runtime/conditions.ts';
import type { ServiceEvent } from '../service/index.ts';
import type { LogEntry, Module } from './levels.ts';

type Kind = ServiceEvent['event'];
type Of<K extends Kind> = Extract<ServiceEvent, { readonly event: K }>;

const line =
  (level: LogEntry['level']) =>
  (module: Module, message: string, fields: LogEntry['fields']): LogEntry => ({
    module,
    level,
    message,
    fields,
  });
const [error, warn, info, debug, trace] = [
  line('error'),
  line('warn'),
  line('info'),
  line('debug'),
  line('trace'),
];

/**
 * What each event is in the log. Where nothing is the matter, `info` has one line a round and what changes for long.
 * At `info` and above stand the node's own words, names of nodes, codes, digests and numbers; a text that a peer can
 * choose (`reason` of a refusal or a decision) is for `debug`.
 */
const ENTRIES: { readonly [K in Kind]: (event: Of<K>) => LogEntry } = {
  listening: ({ url }) => info('api', 'listening', { url }),
  ready: ({ event: _, ...fields }) => info('node', 'ready', fields),
  finished: ({ round }) => info('node', 'finished: the last round is over', { round }),
  stopped: ({ milliseconds, overran }) =>
    (overran.length === 0 ? info : warn)('node', 'stopped', { milliseconds, overran }),
  error: ({ code, message }) => error('node', message, { code }),
  condition: ({ code, active, message, since }) =>
    (active && !('isNotice' in CONDITIONS[code]) ? warn : info)(
      'node',
      active ? message : `over: ${message}`,
      { code, active, since: new Date(since).toISOString() },
    ),
  phase: ({ round, phase }) => debug('round', `round ${round}: ${phase}`, { round, phase }),
  view: ({ round, view }) =>
    (view > 0 ? info : debug)('round', `round ${round}: view ${view}`, { round, view }),
  voted: ({ event: _, ...fields }) => trace('round', 'voted', fields),
  decided: ({ round, outcome, version, leader, reason }) =>
    debug('round', `round ${round} decided`, { round, outcome, version, leader, reason }),
  suspected: ({ round, pairs }) => debug('round', 'updates that point nearly the same way', { round, pairs }),
  'privacy-plan': ({ event: _, ...fields }) => info('privacy', 'what training costs', fields),
  trained: ({ event: _, ...fields }) => debug('training', 'trained', fields),
  abstained: ({ round, code, reason }) => debug('training', 'not trained', { round, code, reason }),
  judged: ({ round, verdict, worse }) => debug('model', 'judged', { round, verdict, worse }),
  drift: ({ round, subject, trigger, active, message }) =>
    (active ? warn : info)('model', message, { round, subject, trigger, active }),
  shadow: ({ round, candidate, verdict, blocks, skill, reasons }) =>
    info('model', 'verdict on the candidate', { round, candidate, verdict, blocks, skill, reasons }),
  refused: ({ code, sender, reason, score }) => debug('network', 'refused', { code, sender, reason, score }),
  published: ({ event: _, ...fields }) => debug('chain', 'published', fields),
  rotated: ({ event: _, ...fields }) => info('chain', 'rotated the committee', fields),
  recommended: ({ event: _, ...fields }) => debug('chain', 'recommended', fields),
  withheld: ({ event: _, ...fields }) => info('round', 'would send', fields),
  fee: ({ round, before, after, transaction, heldBy }) =>
    (before === after ? debug : info)('chain', before === after ? 'fee stays' : 'fee changed', {
      round,
      before,
      after,
      transaction,
      heldBy,
    }),
  proposed: ({ event: _, ...fields }) => info('governance', 'put a wish before governance', fields),
  observed: ({ event: _, ...fields }) => debug('governance', 'observed for the breaker', fields),
  halted: ({ event: _, ...fields }) => warn('governance', 'the breaker halts', fields),
  reported: ({ round, node, kind, evidence, status, transaction }) =>
    warn('governance', 'reported an offence', { round, node, kind, evidence, status, transaction }),
};

export function entryOf<K extends Kind>(event: Of<K>): LogEntry {
  const entry = ENTRIES[event.event as K];
  return entry(event);
}
