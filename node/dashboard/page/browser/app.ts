import { render } from 'lit-html';
import type { RollJson, RoundJson, RoundSummaryJson, SkillJson } from '../../../api/index.ts';
import { type AlertRule, firing, MAX_RULES, readRules } from '../alerts.ts';
import { type Answer, type Answers, bodyOf, type Name, WAITING } from '../answers.ts';
import type { StreamEvent } from '../event-parser.ts';
import { eventWords } from '../event-words.ts';
import { withReasons } from '../left-out.ts';
import { NO_SAMPLES, readMetrics, withSample } from '../metric-samples.ts';
import { reportText } from '../report.ts';
import { NAMES, namesAfter, namesOf, RESOURCES, viewOf } from '../resources.ts';
import { mergeSkill } from '../skill.ts';
import { type Actions, MAX_LINES, MAX_ROUNDS, mergeRounds, type PageState, ROWS_AT_ONCE } from '../state.ts';
import { headView, navView } from '../views/head.ts';
import { chartsOf, viewBody } from '../views/index.ts';
import { ask, askText, keepToken } from './ask.ts';
import { Charts } from './charts.ts';
import { element, save } from './page.ts';
import { follow } from './stream.ts';
import { tick } from './ticker.ts';

/** Events of one moment are one look at the node. */
const GATHER_MS = 100;
const LOOK_MS = 500;
const METRICS_MS = 15_000;
const RULES = 'ballast-alerts';
const OWN_ROUNDS = 20;
const PAGE = 100;
const ROLLS_KEPT = 64;

type Wanted = { askedMs: number; isOld: boolean; isAsked: boolean };

/** The page at work: asks, hears, and shows. */
export class App {
  readonly #charts = new Charts();
  readonly #wanted = new Map<Name, Wanted>(
    NAMES.map((name) => [name, { askedMs: 0, isOld: true, isAsked: false }]),
  );
  readonly #rows = new Map<number, string | null>();
  #state: PageState = {
    nowMs: Date.now(),
    view: viewOf(location.hash),
    answers: Object.fromEntries(NAMES.map((name) => [name, WAITING])) as unknown as Answers,
    rounds: [],
    opened: undefined,
    last: undefined,
    reasons: new Map(),
    isCloseUp: false,
    own: [],
    log: [],
    refused: [],
    samples: NO_SAMPLES,
    metric: undefined,
    rules: readRules(localStorage.getItem(RULES)),
    parameter: undefined,
    horizon: undefined,
    shown: {
      nodes: ROWS_AT_ONCE,
      rounds: ROWS_AT_ONCE,
      peers: ROWS_AT_ONCE,
      decisions: ROWS_AT_ONCE,
      log: ROWS_AT_ONCE,
      refusals: ROWS_AT_ONCE,
      roll: ROWS_AT_ONCE,
    },
  };
  #isDue = false;
  #metricsMs = 0;
  #rollAsked: number | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  readonly #actions: Actions = {
    showMore: (list) =>
      this.#set({ shown: { ...this.#state.shown, [list]: this.#state.shown[list] + ROWS_AT_ONCE } }),
    openRound: (round) => void this.#openRound(round),
    chooseParameter: (parameter) => this.#set({ parameter }),
    chooseHorizon: (horizon) => this.#set({ horizon }),
    closeUp: (isCloseUp) => this.#set({ isCloseUp }),
    chooseMetric: (metric) => this.#set({ metric }),
    addRule: (rule) => this.#keepRules([...this.#state.rules, rule]),
    dropRule: (place) => this.#keepRules(this.#state.rules.filter((_, i) => i !== place)),
    makeReport: (sections) => void this.#makeReport(sections),
  };

  /** Never returns: a page is at work until it is closed. */
  start(): void {
    addEventListener('hashchange', () => this.#turnTo());
    element('token').addEventListener('submit', (event) => {
      event.preventDefault();
      keepToken((element('token-text') as HTMLInputElement).value.trim());
      for (const wanted of this.#wanted.values()) wanted.isOld = true;
      this.#look();
    });
    element('head').replaceChildren();
    setInterval(() => this.#look(), LOOK_MS);
    setInterval(() => tick(Date.now()), 1_000);
    document.addEventListener('visibilitychange', () => this.#look());
    this.#show();
    this.#look();
    void this.#loadRounds();
    void follow({ onEvent: (event) => this.#hear(event), onState: (isLive) => this.#tellLive(isLive) });
  }

  redraw(): void {
    this.#charts.redraw();
  }

  #turnTo(): void {
    this.#set({ view: viewOf(location.hash) });
    this.#look();
    element('view').focus();
    scrollTo(0, 0);
  }

  #tellLive(isLive: boolean): void {
    const live = element('live');
    live.textContent = isLive ? 'live' : 'polling';
    live.className = `badge ${isLive ? 'good' : 'warm'}`;
  }

  #hear({ kind, data }: StreamEvent): void {
    const fields = JSON.parse(data) as Readonly<Record<string, unknown>>;
    const line = { atMs: Date.now(), kind, words: eventWords(fields) };
    const { log, refused } = this.#state;
    this.#set({
      log: [line, ...log].slice(0, MAX_LINES),
      ...(kind === 'decided' ? { reasons: withReasons(this.#state.reasons, fields) } : {}),
      ...(kind === 'refused'
        ? {
            refused: [{ ...line, kind: String(fields.code) }, ...refused].slice(0, MAX_LINES),
          }
        : {}),
    });
    for (const name of namesAfter(kind)) this.#want(name).isOld = true;
    if (kind === 'decided' || kind === 'gap') void this.#newRounds();
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#look();
    }, GATHER_MS);
  }

  #want(name: Name): Wanted {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) throw new Error(`page: no answer ${name}`);
    return wanted;
  }

  /** Asks for what is shown and old. */
  #look(): void {
    const now = Date.now();
    if (now - this.#metricsMs >= METRICS_MS) void this.#sample(now);
    if (document.hidden) return;
    for (const name of namesOf(this.#state.view)) {
      const wanted = this.#want(name);
      const age = now - wanted.askedMs;
      const everyMs = RESOURCES[name].everyMs ?? Number.POSITIVE_INFINITY;
      // What failed is asked for again, though not at once.
      const isAbsent = this.#state.answers[name].state !== 'here' && age > 5_000;
      if (!wanted.isAsked && (wanted.isOld || age >= everyMs || isAbsent)) void this.#ask(name, wanted);
    }
    if (this.#state.view === 'node') void this.#ownRows();
    if (this.#state.view === 'round') void this.#lastRoll();
  }

  async #ask(name: Name, wanted: Wanted): Promise<void> {
    wanted.isAsked = true;
    wanted.isOld = false;
    wanted.askedMs = Date.now();
    try {
      const { path, post } = RESOURCES[name];
      const newest = name === 'skill' ? bodyOf(this.#state.answers.skill)?.versions.at(-1) : undefined;
      const answer = await ask<unknown>(newest === undefined ? path : `${path}?after=${newest}`, post);
      if (answer.state === 'absent' && (answer.status === 401 || answer.status === 429))
        element('token').hidden = false;
      else if (answer.state === 'here' && name !== 'readiness') element('token').hidden = true;
      const merged =
        newest !== undefined && answer.state === 'here'
          ? { ...answer, body: mergeSkill(bodyOf(this.#state.answers.skill), answer.body as SkillJson) }
          : answer;
      this.#set({ answers: { ...this.#state.answers, [name]: merged } });
      element('lost').hidden = true;
    } catch {
      wanted.isOld = true;
      element('lost').hidden = false;
    } finally {
      wanted.isAsked = false;
    }
  }

  async #sample(now: number): Promise<void> {
    this.#metricsMs = now;
    const text = await askText('/metrics').catch(() => undefined);
    if (text !== undefined)
      this.#set({ samples: withSample(this.#state.samples, Date.now(), readMetrics(text)) });
  }

  /** The newest page at once, the older ones after it while nothing else is to be done. */
  async #loadRounds(): Promise<void> {
    let before: number | null | undefined;
    do {
      const answer = await this.#roundPage(`limit=${PAGE}${before === undefined ? '' : `&before=${before}`}`);
      before = answer?.next ?? null;
      await new Promise((resolve) => setTimeout(resolve, answer === undefined ? 5_000 : 50));
      if (answer === undefined && this.#state.rounds.length === 0) before = undefined;
    } while (before !== null && this.#state.rounds.length < MAX_ROUNDS);
  }

  async #newRounds(): Promise<void> {
    await this.#roundPage(`limit=${this.#state.rounds.length === 0 ? PAGE : ROWS_AT_ONCE}`);
  }

  async #roundPage(query: string) {
    type Page = { readonly items: readonly RoundSummaryJson[]; readonly next: number | null };
    const answer: Answer<Page> = await ask<Page>(`/v1/rounds?${query}`).catch(() => WAITING);
    const page = bodyOf(answer);
    if (page !== undefined) this.#set({ rounds: mergeRounds(this.#state.rounds, page.items) });
    if (this.#state.view === 'round') void this.#lastRoll();
    return page;
  }

  async #openRound(round: number | undefined): Promise<void> {
    if (round === undefined) return this.#set({ opened: undefined });
    this.#set({
      opened: { round, detail: WAITING, roll: WAITING },
      shown: { ...this.#state.shown, roll: ROWS_AT_ONCE },
    });
    const [detail, roll] = await Promise.all([
      ask<RoundJson>(`/v1/rounds/${round}`).catch(() => WAITING),
      ask<RollJson>(`/v1/rounds/${round}/roll`).catch(() => WAITING),
    ]);
    if (this.#state.opened?.round === round) this.#set({ opened: { round, detail, roll } });
  }

  async #lastRoll(): Promise<void> {
    const round = this.#state.rounds[0]?.round;
    if (round === undefined || round === this.#rollAsked) return;
    this.#rollAsked = round;
    const roll = await ask<RollJson>(`/v1/rounds/${round}/roll`).catch(() => WAITING);
    if (roll.state === 'waiting') this.#rollAsked = undefined;
    else if (this.#rollAsked === round) this.#set({ last: { round, roll } });
  }

  /** This node's row in each of the last rounds; a round that is decided stays as it is. */
  async #ownRows(): Promise<void> {
    const node = bodyOf(this.#state.answers.node)?.node;
    if (node === undefined) return;
    const rounds = this.#state.rounds.slice(0, OWN_ROUNDS).map(({ round }) => round);
    const missing = rounds.filter((round) => !this.#rows.has(round));
    for (const round of missing) this.#rows.set(round, null);
    for (const round of missing) {
      type Row = { readonly row: { readonly fate: string } };
      const answer: Answer<Row> = await ask<Row>(`/v1/rounds/${round}/roll/${node}`).catch(() => WAITING);
      if (answer.state === 'waiting') this.#rows.delete(round);
      else this.#rows.set(round, bodyOf(answer)?.row.fate ?? null);
    }
    for (const round of [...this.#rows.keys()].sort((a, b) => a - b).slice(0, -ROLLS_KEPT))
      this.#rows.delete(round);
    if (missing.length === 0 && this.#state.own.length > 0) return;
    this.#set({ own: rounds.map((round) => ({ round, fate: this.#rows.get(round) ?? null })) });
  }

  #keepRules(rules: readonly AlertRule[]): void {
    const kept = rules.slice(0, MAX_RULES);
    localStorage.setItem(RULES, JSON.stringify(kept));
    this.#set({ rules: kept });
  }

  async #makeReport(sections: Parameters<Actions['makeReport']>[0]): Promise<void> {
    await Promise.all(
      NAMES.filter((name) => this.#state.answers[name].state === 'waiting').map((name) =>
        this.#ask(name, this.#want(name)),
      ),
    );
    const made = { ...this.#state, nowMs: Date.now() };
    save(`ballast-report-${new Date(made.nowMs).toISOString().slice(0, 10)}.md`, reportText(made, sections));
  }

  #set(change: Partial<PageState>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => this.#show());
  }

  #show(): void {
    this.#isDue = false;
    this.#state = { ...this.#state, nowMs: Date.now() };
    const alerts = firing(this.#state.rules, this.#state.samples).length;
    document.title = alerts === 0 ? 'Ballast node' : `(${alerts}) Ballast node`;
    render(headView(this.#state), element('head'));
    render(navView(this.#state), element('nav'));
    render(viewBody(this.#state, this.#actions), element('view'));
    this.#charts.show(chartsOf(this.#state));
  }
}
