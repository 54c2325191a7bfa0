import { expect } from 'chai';
import type { NodeView } from '../../runtime/index.ts';
import type { ServiceEvent } from '../../service/index.ts';
import { parseModuleLevels } from '../config.ts';
import { entryOf } from '../entries.ts';
import { humanLine } from '../human.ts';
import { createLogger, type LoggerOptions } from '../logger.ts';
import { roundStatus } from '../status.ts';
import { decided, EVENTS, PEER_TEXT, QUIET_ROUND, SECRET } from './events.ts';

type Line = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

const view = {
  peers: () => Array.from({ length: 6 }, () => ({})),
  participant: { minUpdates: 5 },
  ledger: { spent: () => ({ epsilon: 0.92634, delta: 1e-5, releases: 1 }) },
  finalized: { height: 12, ageMs: 2_400 },
} as unknown as NodeView;

/** The lines that a node with these levels writes of events. */
function logged(events: readonly ServiceEvent[], options: LoggerOptions = {}): readonly string[] {
  const lines: string[] = [];
  const logger = createLogger(options, (line) => lines.push(line));
  for (const event of events) {
    if (event.event === 'decided') logger.log(roundStatus(event, view, 8));
    logger.log(entryOf(event));
  }
  return lines;
}

const parsed = (lines: readonly string[]): readonly Line[] =>
  lines.map((line) => {
    expect(line).to.match(/^[^\n]+\n$/);
    return JSON.parse(line) as Line;
  });

describe('log: lines of events', () => {
  it('has one line a round where nothing is the matter: round, leader, peers, updates, causes, ε, version, lag', () => {
    const lines = parsed(logged(QUIET_ROUND));
    expect(lines).to.have.length(1);
    const { time, ...status }: Readonly<Record<string, unknown>> = lines[0] ?? {};
    expect(time).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(status).to.deep.equal({
      level: 'info',
      module: 'round',
      msg: 'decided',
      round: 4,
      outcome: 'accepted',
      version: 3,
      leader: 'leader',
      peers: 6,
      updates: '7/5',
      leftOut: { BODY_NOT_SERVED: 1, RULE: 2 },
      epsilon: '0.9263/8',
      chainLagSeconds: 2,
    });
  });

  it('says nothing at info and above that a peer has written, and all of it at debug', () => {
    const all = Object.values(EVENTS);
    for (const line of parsed(logged(all, { level: 'trace' }))) {
      const isLoud = ['error', 'warn', 'info'].includes(line.level);
      if (isLoud) expect(JSON.stringify(line)).to.not.include('coins');
    }
    const refused = parsed(logged([EVENTS.refused], { level: 'debug' }));
    expect(refused.map(({ reason }) => reason)).to.deep.equal([PEER_TEXT.replace('\n', ' ')]);
  });

  it('tells faults at warn, errors at error, and changes of state at info', () => {
    const levelOf = (event: ServiceEvent) => entryOf(event).level;
    expect(levelOf(EVENTS.condition)).to.equal('warn');
    expect(levelOf({ ...EVENTS.condition, active: false })).to.equal('info');
    expect(levelOf({ ...EVENTS.condition, code: 'UPDATE_DROPPED' })).to.equal('info');
    expect(levelOf(EVENTS.error)).to.equal('error');
    expect(levelOf(EVENTS.fee)).to.equal('debug');
    expect(levelOf({ ...EVENTS.fee, after: '2' })).to.equal('info');
    expect(levelOf({ ...EVENTS.view, view: 1 })).to.equal('info');
  });

  it('keeps secrets of URLs out, folds lines into one and cuts what is long', () => {
    const long = { ...EVENTS.error, message: 'x'.repeat(1_000_000) };
    const [first, second] = logged([EVENTS.error, long]);
    expect(first).to.not.include(SECRET).and.to.not.include('\\n');
    expect(first).to.include('https://rpc.example');
    expect(second?.length).to.be.below(3_000);
  });

  it('has a level for each module beside the general one', () => {
    const events = [EVENTS.refused, EVENTS.phase, EVENTS.error];
    const modules = parseModuleLevels('network=debug, node=error');
    const told = parsed(logged(events, { level: 'warn', modules })).map(({ module }) => module);
    expect(told).to.deep.equal(['network', 'node']);
    expect(() => parseModuleLevels('netwrk=debug'))
      .to.throw('expected a module')
      .with.property('hint');
    expect(() => parseModuleLevels('network=loud')).to.throw('expected a level: error, warn');
    expect(() => parseModuleLevels('network')).to.throw('as in network=debug');
  });

  it('is read by people as time, level, module, message and fields', () => {
    const [line = ''] = logged([decided]);
    expect(humanLine(line.trimEnd())).to.match(
      /^\S+Z info {2}round: decided round=4 outcome=accepted .* leftOut=\{"BODY_NOT_SERVED":1,"RULE":2\} epsilon=0\.9263\/8/,
    );
    const [loud = ''] = logged([EVENTS.condition]);
    expect(humanLine(loud.trimEnd(), (colour, text) => `<${colour} ${text}>`)).to.include(
      '<yellow warn > node: no space',
    );
    expect(humanLine('not of a log')).to.equal('not of a log');
  });
});
