// Generated from node/dashboard/page/main.ts by npm run dashboard; do not edit.

// page/amounts.ts
var WAD = 1e18;
function amountText(value, unit) {
  const bare = valueText(value, unit);
  if (unit.startsWith("wad/year")) return `${bare} a year`;
  if (unit === "coin") return `${bare} coins`;
  return unit === "wad" || unit === "" ? bare : `${bare} ${unit}`;
}
function valueText(value, unit) {
  if (!unit.startsWith("wad")) return grouped(value);
  return percent(Number(value) / WAD - (unit.endsWith("+0.5") ? 0.5 : 0));
}
var stepText = (value, unit) => unit.startsWith("wad") ? percent(Number(value) / WAD) : grouped(value);
function shareOf(value, least, most) {
  const width = Number(most) - Number(least);
  return width <= 0 ? 0 : Math.min(1, Math.max(0, (Number(value) - Number(least)) / width));
}
function timeText(milliseconds) {
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
function durationText(seconds) {
  if (seconds >= 172800) return `${Math.round(seconds / 86400)} days`;
  if (seconds >= 7200) return `${Math.round(seconds / 3600)} hours`;
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} s`;
}
var percent = (share) => `${(share * 100).toFixed(2)} %`;
var grouped = (value) => value.replaceAll(/\B(?=(?:\d{3})+$)/g, " ");

// page/html.ts
var ENTITIES = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
};
function html(parts, ...values) {
  return { markup: parts.reduce((text, part, i) => text + markupOf(values[i - 1] ?? "") + part) };
}
var nothing = { markup: "" };
function markupOf(value) {
  if (typeof value === "string" || typeof value === "number") {
    return String(value).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
  }
  return "markup" in value ? value.markup : value.map(({ markup }) => markup).join("");
}

// page/breaker-panel.ts
var SCOPES = {
  all: "every write by a model",
  "risk-raising": "writes that raise risk",
  minting: "minting",
  "vulnerable-minting": "minting against collateral that is not sturdy",
  burning: "redemption",
  class: "parameters of class",
  parameter: "the parameter"
};
var KINDS = {
  guardian: "by a guardian",
  governance: "by governance",
  severity: "since the coin or its collateral is in trouble",
  "oracle-failure": "since the oracle failed",
  "update-rate": "since models wrote too often",
  "model-dispute": "since the model is disputed"
};
function breakerPanel(breaker, overrides, parameters) {
  const { severity, level, halts, observedAtMs } = breaker;
  const calm = halts.length === 0;
  const seen = observedAtMs === null ? "nobody has observed yet" : `observed ${timeText(observedAtMs)}`;
  const state = severity >= 3 || !calm ? "halted" : severity > 0 ? "syncing" : "ready";
  return html`<p class="state ${state}">${calm ? "nothing is halted" : `halted: ${halts.map(headline).join(", ")}`}</p>
<p class="quiet">severity ${severity}, ${level}; ${seen}</p>
${calm ? [] : html`<ul class="items">${halts.map(haltItem)}</ul>`}
<h3>Overrides of governance</h3>
${overrides.length === 0 ? html`<p>none</p>` : html`<ul class="items">${overrides.map((item) => overrideItem(item, parameters))}</ul>`}`;
}
var headline = ({ scope, key }) => {
  const of = key === null ? "" : scope === "class" || scope === "parameter" ? ` ${key}` : ` of ${key}`;
  return `${SCOPES[scope]}${of}`;
};
function haltItem(halt) {
  const { scope, key, kind, by, sinceMs, resumption } = halt;
  const who = kind === null ? "nobody can say by whom" : KINDS[kind];
  const since = sinceMs === null ? "" : `, since ${timeText(sinceMs)}`;
  const account = kind === "guardian" && by !== null ? html` <code>${by}</code>` : [];
  const ready = resumption === null ? "governance has not decided to resume it" : resumption.isCancelled ? "its resumption was taken back by a later halt" : `may be resumed from ${timeText(resumption.readyAtMs)}`;
  return html`<li><strong>${scope}${key === null ? "" : ` ${key}`}</strong> ${who}${account}${since}; ${ready}</li>`;
}
function overrideItem(item, parameters) {
  const { parameter, name, value, endsAtMs, words, justification } = item;
  const unit = parameters.find(({ id }) => id === parameter)?.unit ?? "";
  const why = words === null ? html`justification <code>${justification.slice(0, 16)}</code>` : html`“${words}”`;
  return html`<li><strong>${name ?? parameter.slice(0, 16)}</strong> is ${amountText(value, unit)} until ${timeText(endsAtMs)}: ${why}</li>`;
}

// page/browser.ts
var { document, sessionStorage, EventSource } = globalThis;
function element(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`page: no element ${id}`);
  return found;
}

// page/node-answers.ts
var ON_CHAIN = ["/v1/breaker", "/v1/overrides", "/v1/parameters"];
async function askNode(ask2) {
  const paths = ["/readyz", "/v1/node/privacy", "/v1/rounds?limit=1", "/v1/models/latest", ...ON_CHAIN];
  const [ready, privacy, rounds, model, ...onChain] = await Promise.all(paths.map(ask2));
  const body = (answer) => answer?.status === 200 ? answer.body : void 0;
  const [breaker, overrides, parameters] = [
    body(onChain[0]),
    body(onChain[1])?.items,
    body(onChain[2])?.items
  ];
  const isRead = breaker !== void 0 && overrides !== void 0 && parameters !== void 0;
  return {
    bounds: isRead ? { breaker, overrides, parameters } : void 0,
    // Its status is no success while the node starts, and its body says why.
    readiness: ready?.body,
    privacy: body(privacy),
    last: body(rounds)?.items[0],
    model: body(model),
    needsToken: privacy?.status === 401 || privacy?.status === 429
  };
}

// page/parameter-panel.ts
var RANGE = { width: 200, height: 14 };
var BUDGET = { width: 120, height: 10 };
var RISKS = {
  both: "up, down",
  up: "up",
  down: "down"
};
function parameterPanel(parameters) {
  return html`<div class="scroll"><table class="parameters">
<thead><tr><th>parameter</th><th>value between its bounds</th><th>budget for rises, used of all</th><th>budget for falls, used of all</th><th>drains in</th><th>raises risk</th><th>a model may now write</th></tr></thead>
<tbody>${parameters.map(row)}</tbody></table></div>`;
}
function row(parameter) {
  const { name, risk, budgets } = parameter;
  return html`<tr><th scope="row">${name}</th><td>${range(parameter)}</td><td>${budget(parameter, "up")}</td><td>${budget(parameter, "down")}</td><td>${durationText(budgets.windowSeconds)}</td><td>${RISKS[risk]}</td><td>${mayNow(parameter)}</td></tr>`;
}
function range({ value, unit, bounds, name }) {
  const { minimum, maximum } = bounds;
  const at = Math.round(shareOf(value, minimum, maximum) * (RANGE.width - 8)) + 4;
  const words = `${name} is ${amountText(value, unit)}, from ${amountText(minimum, unit)} to ${amountText(maximum, unit)}`;
  return html`<strong>${amountText(value, unit)}</strong>
<svg class="range" viewBox="0 0 ${RANGE.width} ${RANGE.height}" role="img" aria-label="${words}"><rect class="track" y="5" width="${RANGE.width}" height="4" rx="2"/><circle class="dot" cx="${at}" cy="7" r="5"/></svg>
<span class="quiet ends"><span>${valueText(minimum, unit)}</span><span>${valueText(maximum, unit)}</span></span>`;
}
function budget({ budgets, steps, unit, name }, direction) {
  const { total, used, left } = budgets[direction];
  if (total === "0" || steps[direction] === "0") return html`<span class="quiet">closed</span>`;
  const share = shareOf(used, "0", total);
  const level = share > 0.9 ? "late" : share > 0.7 ? "warm" : "calm";
  const words = `${name}, ${direction}: ${stepText(used, unit)} of ${stepText(total, unit)} used`;
  return html`${stepText(left, unit)} left
<svg class="budget-bar" viewBox="0 0 ${BUDGET.width} ${BUDGET.height}" role="img" aria-label="${words}"><rect class="track" width="${BUDGET.width}" height="${BUDGET.height}" rx="5"/><rect class="fill ${level}" width="${Math.round(share * BUDGET.width)}" height="${BUDGET.height}" rx="5"/></svg>
<span class="quiet">${stepText(used, unit)} of ${stepText(total, unit)}</span>`;
}
function mayNow({ value, unit, allowed, overriddenUntilMs }) {
  const { lowest, highest, fallReadyAtMs, riseReadyAtMs } = allowed;
  if (overriddenUntilMs !== null) return "nothing: overridden";
  if (lowest !== value || highest !== value)
    return html`<span class="whole">${valueText(lowest, unit)}</span> to <span class="whole">${valueText(highest, unit)}</span>`;
  if (fallReadyAtMs === null && riseReadyAtMs === null) return "nothing: halted";
  return "nothing yet";
}

// page/numbers.ts
function epsilonText(epsilon) {
  return epsilon === null ? "∞" : (Math.ceil(epsilon * 1e3) / 1e3).toFixed(3);
}
function ticks(most, steps, isWhole = false) {
  if (!(most > 0)) return [0];
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5, 10].map((factor) => factor * power).find((step2) => step2 >= rough) ?? rough;
  const step = isWhole ? Math.max(1, nice) : nice;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

// page/series.ts
function epsilonSeries(account) {
  const { rounds, earlier, next } = account;
  const before = earlier.reduce((sum, { times }) => sum + times, 0);
  const isByRound = rounds.length > 0 && rounds.every(({ round: round2 }) => round2 !== null);
  const spent = rounds.flatMap(({ round: round2, epsilon }, i) => {
    if (epsilon === null) return [];
    return [{ at: isByRound && round2 !== null ? round2 : before + i + 1, epsilon }];
  });
  if (before === 0) spent.unshift({ at: (spent[0]?.at ?? 1) - 1, epsilon: 0 });
  const last = spent.at(-1) ?? { at: 0, epsilon: 0 };
  const further = next.projection.map(({ rounds: more, epsilon }) => ({ at: last.at + more, epsilon }));
  return { axis: isByRound ? "round" : "release", spent, projected: [last, ...further] };
}

// page/epsilon-chart.ts
var WIDTH = 680;
var HEIGHT = 260;
var AREA = { left: 44, right: 668, top: 16, bottom: 218 };
var MOST_DOTS = 60;
function epsilonChart(account) {
  const { budget: budget2 } = account;
  if (budget2 === null) return nothing;
  const series = epsilonSeries(account);
  const all = [...series.spent, ...series.projected];
  const from = Math.min(...all.map(({ at }) => at));
  const to = Math.max(from + 1, ...all.map(({ at }) => at));
  const most = 1.08 * Math.max(budget2, ...all.map(({ epsilon }) => epsilon));
  const x = (at) => round(AREA.left + (at - from) / (to - from) * (AREA.right - AREA.left));
  const y = (epsilon) => round(AREA.bottom - epsilon / most * (AREA.bottom - AREA.top));
  const line = (points) => points.map(({ at, epsilon }) => `${x(at)},${y(epsilon)}`).join(" ");
  const dots = series.spent.length <= MOST_DOTS ? series.spent : series.spent.slice(-1);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="chart-title chart-words">
<title id="chart-title">ε after each ${series.axis}</title>
<desc id="chart-words">${chartWords(account, series)}</desc>
${ticks(most, 5).map((value) => html`<line class="grid" x1="${AREA.left}" x2="${AREA.right}" y1="${y(value)}" y2="${y(value)}"/><text class="tick end" x="${AREA.left - 8}" y="${y(value) + 4}">${plain(value)}</text>`)}
${ticks(to - from, 8, true).map((step) => html`<text class="tick middle" x="${x(from + step)}" y="${AREA.bottom + 18}">${from + step}</text>`)}
<text class="tick end" x="${AREA.right}" y="${HEIGHT - 6}">${series.axis}</text>
<line class="budget" x1="${AREA.left}" x2="${AREA.right}" y1="${y(budget2)}" y2="${y(budget2)}"/>
<text class="label" x="${AREA.left + 6}" y="${y(budget2) - 6}">budget ${plain(budget2)}</text>
${series.projected.length > 1 ? html`<polyline class="projected" points="${line(series.projected)}"/>` : nothing}
<polyline class="spent" points="${line(series.spent)}"/>
${dots.map(({ at, epsilon }) => html`<circle class="dot" cx="${x(at)}" cy="${y(epsilon)}" r="3"><title>${series.axis} ${at}: ε ${epsilonText(epsilon)}</title></circle>`)}
</svg>`;
}
function epsilonTable(account) {
  const { axis, spent, projected } = epsilonSeries(account);
  const row2 = ({ at, epsilon }, kind) => html`<tr><td>${at}</td><td>${epsilonText(epsilon)}</td><td>${kind}</td></tr>`;
  return html`<table><thead><tr><th scope="col">${axis}</th><th scope="col">ε after it</th><th scope="col"></th></tr></thead><tbody>
${spent.filter(({ epsilon }) => epsilon > 0).map((point) => row2(point, "spent"))}
${projected.slice(1).map((point) => row2(point, "projected"))}
</tbody></table>`;
}
function chartWords({ budget: budget2 }, { axis, spent, projected }) {
  const now = spent.at(-1);
  const end = projected.length > 1 ? projected.at(-1) : void 0;
  const sofar = `After ${axis} ${now?.at ?? 0}, ε is ${epsilonText(now?.epsilon ?? 0)} of a budget of ${budget2}.`;
  if (end === void 0) return sofar;
  return `${sofar} At the present noise it reaches ${epsilonText(end.epsilon)} in ${axis} ${end.at}.`;
}
var round = (value) => Math.round(value * 10) / 10;
var plain = (value) => String(Number(value.toPrecision(6)));

// page/privacy-panel.ts
var RELATIONS = {
  "add-remove": "one unit more or less",
  replace: "one unit exchanged for another"
};
var ACCOUNTANTS = {
  gaussian: "exact curve of the Gaussian mechanism",
  rdp: "Rényi divergence (RDP)",
  pld: "privacy loss distribution (PLD)"
};
var BAR = { width: 680, height: 14 };
function privacyPanel(account) {
  return html`<p class="state ${account.state}">${stateLine(account)}</p>
${account.budget === null ? nothing : spentBar(account, account.budget)}
${epsilonChart(account)}
${legend(account)}
<dl>
${fact("covers", account.covers)}
${account.unit === "none" ? nothing : guaranteeFacts(account)}
${fact("trust", account.assumption)}
${fact("released", `${account.spent.releases} updates, ${account.spent.sums} noisy sums`)}
${fact("a round releases", account.events[account.next.event]?.words ?? "unknown")}
</dl>`;
}
function privacyTable(account) {
  if (account.budget === null) return nothing;
  return html`<details id="privacy-table"><summary>the same as a table</summary>${epsilonTable(account)}</details>`;
}
function stateLine({ state, roundsLeft }) {
  if (state === "no-guarantee") return "no guarantee: updates leave this node without noise";
  if (state === "spent") return "budget spent: this node validates and releases nothing";
  if (roundsLeft === null) return "the budget has no end";
  return `the budget bears ${roundsLeft} more ${roundsLeft === 1 ? "round" : "rounds"} at the present noise`;
}
function spentBar({ spent }, budget2) {
  const epsilon = spent.epsilon ?? 0;
  const share = Math.min(1, epsilon / budget2);
  const words = `ε ${epsilonText(epsilon)} of ${budget2} spent, ${Math.floor(share * 100)} %`;
  const level = share > 0.9 ? "late" : share > 0.7 ? "warm" : "calm";
  return html`<p class="figure"><strong>ε ${epsilonText(epsilon)}</strong> of ${budget2} spent</p>
<svg class="bar" viewBox="0 0 ${BAR.width} ${BAR.height}" role="img" aria-label="${words}">
<rect class="track" width="${BAR.width}" height="${BAR.height}" rx="7"/>
<rect class="fill ${level}" width="${Math.round(share * BAR.width)}" height="${BAR.height}" rx="7"/>
</svg>`;
}
function legend({ budget: budget2, next }) {
  if (budget2 === null) return nothing;
  const key = (kind, words) => html`<li><svg viewBox="0 0 28 10" aria-hidden="true"><line class="${kind}" x1="1" x2="27" y1="5" y2="5"/></svg>${words}</li>`;
  return html`<ul class="legend">${key("spent", "spent")}${next.projection.length > 0 ? key("projected", "if every round releases as now") : nothing}${key("budget", "budget")}</ul>`;
}
function guaranteeFacts({ relation, delta, accountant, remaining }) {
  return [
    fact("neighbours differ by", RELATIONS[relation]),
    fact("δ", String(delta)),
    fact("counted by", accountant === null ? "nobody" : ACCOUNTANTS[accountant]),
    fact("ε left", (Math.floor((remaining ?? 0) * 1e3) / 1e3).toFixed(3))
  ];
}
var fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

// page/round-panel.ts
var STATUS = {
  ready: "takes part",
  syncing: "catching up, or with a problem",
  starting: "not up"
};
function roundPanel({ readiness, phase: phase2, last, model }) {
  const { status, reason, conditions } = readiness;
  return html`<p class="state ${status}">${STATUS[status] ?? status}${reason === "" ? "" : `: ${reason}`}</p>
<dl>
${last === void 0 ? fact("last round", "none was decided yet") : lastRound(last)}
${phase2 === void 0 ? [] : [fact("now", phase2)]}
${model === void 0 ? [] : versionFacts(model)}
</dl>
<h3>Conditions</h3>
${conditions.length === 0 ? html`<p>none</p>` : html`<ul class="conditions">${conditions.map(({ code, message }) => html`<li><code>${code}</code> ${message}</li>`)}</ul>`}`;
}
function lastRound({
  round: round2,
  outcome,
  reason,
  sealed,
  selected
}) {
  return [
    fact("last round", `${round2}, ${outcome}${reason === "" ? "" : `: ${reason}`}`),
    fact("contributors", `${selected} of ${sealed} updates have weight in it`)
  ];
}
function versionFacts({ version, modelDigest, privacy }) {
  const cost = privacy === null ? "saw no private data" : `ε ${epsilonText(privacy.epsilon)} at δ ${privacy.delta}`;
  return [
    fact("version", html`${version} <code>${modelDigest.slice(0, 16)}</code>`),
    fact("its privacy, at worst", cost)
  ];
}

// page/main.ts
var TOKEN = "ballast-token";
var POLL_MS = 1e4;
var GATHER_MS = 400;
var TELLING = ["decided", "trained", "abstained", "condition", "finished", "fee", "halted", "gap"];
var shown = /* @__PURE__ */ new Map();
var phase;
var due;
var isListening = false;
async function ask(path) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = {
    accept: "application/json",
    ...token === null ? {} : { authorization: `Bearer ${token}` }
  };
  const answer = await fetch(path, { headers });
  return { status: answer.status, body: await answer.json() };
}
function show(id, { markup }) {
  if (shown.get(id) === markup) return;
  shown.set(id, markup);
  element(id).innerHTML = markup;
}
function showTable(table) {
  const wasOpen = shown.has("table") && table.markup !== "" && tableElement()?.open === true;
  show("table", table);
  const details = tableElement();
  if (details !== void 0) details.open = wasOpen;
}
function tableElement() {
  try {
    return element("privacy-table");
  } catch {
    return void 0;
  }
}
function render({ readiness, privacy, last, model, bounds, needsToken }) {
  element("lost").hidden = true;
  element("token").hidden = !needsToken;
  element("privacy").hidden = privacy === void 0;
  if (privacy !== void 0) {
    show("account", privacyPanel(privacy));
    showTable(privacyTable(privacy));
  }
  show("round", roundPanel({ readiness, phase, last, model }));
  element("bounds").hidden = bounds === void 0;
  if (bounds === void 0) return;
  const { breaker, overrides, parameters } = bounds;
  show("breaker", breakerPanel(breaker, overrides, parameters));
  show("parameters", parameterPanel(parameters));
}
async function look() {
  clearTimeout(due);
  try {
    const answers = await askNode(ask);
    render(answers);
    if (!answers.needsToken) listen();
  } catch {
    element("lost").hidden = false;
  }
  due = setTimeout(look, POLL_MS);
}
function listen() {
  if (isListening || sessionStorage.getItem(TOKEN) !== null) return;
  isListening = true;
  const stream = new EventSource("/v1/events");
  stream.addEventListener("phase", ({ data }) => {
    const event = JSON.parse(data);
    phase = `round ${event.round}: ${event.phase}`;
    lookSoon();
  });
  for (const kind of TELLING) stream.addEventListener(kind, lookSoon);
}
function lookSoon() {
  clearTimeout(due);
  due = setTimeout(look, GATHER_MS);
}
element("token").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, element("token-text").value.trim());
  void look();
});
void look();
