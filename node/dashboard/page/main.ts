import { breakerPanel } from './breaker-panel.ts';
import { EventSource, element, sessionStorage } from './browser.ts';
import type { Html } from './html.ts';
import { type Answers, askNode } from './node-answers.ts';
import { parameterPanel } from './parameter-panel.ts';
import { privacyPanel, privacyTable } from './privacy-panel.ts';
import { roundPanel } from './round-panel.ts';

const TOKEN = 'ballast-token';
const POLL_MS = 10_000;
/** Events of one moment are one look at the node. */
const GATHER_MS = 400;
const TELLING = ['decided', 'trained', 'abstained', 'condition', 'finished', 'fee', 'halted', 'gap'];

const shown = new Map<string, string>();
let phase: string | undefined;
let due: ReturnType<typeof setTimeout> | undefined;
let isListening = false;

async function ask(path: string) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = {
    accept: 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(path, { headers });
  return { status: answer.status, body: await answer.json() };
}

/** Writes what changed, so that nothing that a reader has opened or selected is lost without need. */
function show(id: string, { markup }: Html): void {
  if (shown.get(id) === markup) return;
  shown.set(id, markup);
  element(id).innerHTML = markup;
}

function showTable(table: Html): void {
  const wasOpen = shown.has('table') && table.markup !== '' && tableElement()?.open === true;
  show('table', table);
  const details = tableElement();
  if (details !== undefined) details.open = wasOpen;
}

function tableElement() {
  try {
    return element('privacy-table');
  } catch {
    return undefined;
  }
}

function render({ readiness, privacy, last, model, bounds, needsToken }: Answers): void {
  element('lost').hidden = true;
  element('token').hidden = !needsToken;
  element('privacy').hidden = privacy === undefined;
  if (privacy !== undefined) {
    show('account', privacyPanel(privacy));
    showTable(privacyTable(privacy));
  }
  show('round', roundPanel({ readiness, phase, last, model }));
  element('bounds').hidden = bounds === undefined;
  if (bounds === undefined) return;
  const { breaker, overrides, parameters } = bounds;
  show('breaker', breakerPanel(breaker, overrides, parameters));
  show('parameters', parameterPanel(parameters));
}

async function look(): Promise<void> {
  clearTimeout(due);
  try {
    const answers = await askNode(ask);
    render(answers);
    if (!answers.needsToken) listen();
  } catch {
    element('lost').hidden = false;
  }
  due = setTimeout(look, POLL_MS);
}

/** A stream cannot send a token: with one the page asks every few seconds instead. */
function listen(): void {
  if (isListening || sessionStorage.getItem(TOKEN) !== null) return;
  isListening = true;
  const stream = new EventSource('/v1/events');
  stream.addEventListener('phase', ({ data }) => {
    const event = JSON.parse(data) as { readonly round: number; readonly phase: string };
    phase = `round ${event.round}: ${event.phase}`;
    lookSoon();
  });
  for (const kind of TELLING) stream.addEventListener(kind, lookSoon);
}

function lookSoon(): void {
  clearTimeout(due);
  due = setTimeout(look, GATHER_MS);
}

element('token').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, element('token-text').value.trim());
  void look();
});
void look();
