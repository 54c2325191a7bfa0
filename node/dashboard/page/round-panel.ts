import { type Html, html } from './html.ts';
import { epsilonText } from './numbers.ts';
import { fact } from './privacy-panel.ts';

/** What the panel needs of the answers of `/readyz`, `/v1/rounds` and `/v1/models/latest`. */
export type RoundView = {
  readonly readiness: {
    readonly status: string;
    readonly reason: string;
    readonly conditions: readonly { readonly code: string; readonly message: string }[];
  };
  readonly phase: string | undefined;
  readonly last:
    | {
        readonly round: number;
        readonly outcome: string;
        readonly reason: string;
        readonly sealed: number;
        readonly selected: number;
      }
    | undefined;
  readonly model:
    | {
        readonly version: number;
        readonly modelDigest: string;
        readonly privacy: { readonly epsilon: number | null; readonly delta: number } | null;
      }
    | undefined;
};

const STATUS: Readonly<Record<string, string>> = {
  ready: 'takes part',
  syncing: 'catching up, or with a problem',
  starting: 'not up',
};

/** The round that was decided last, what came of it, and this node's own conditions. */
export function roundPanel({ readiness, phase, last, model }: RoundView): Html {
  const { status, reason, conditions } = readiness;
  return html`<p class="state ${status}">${STATUS[status] ?? status}${reason === '' ? '' : `: ${reason}`}</p>
<dl>
${last === undefined ? fact('last round', 'none was decided yet') : lastRound(last)}
${phase === undefined ? [] : [fact('now', phase)]}
${model === undefined ? [] : versionFacts(model)}
</dl>
<h3>Conditions</h3>
${conditions.length === 0 ? html`<p>none</p>` : html`<ul class="conditions">${conditions.map(({ code, message }) => html`<li><code>${code}</code> ${message}</li>`)}</ul>`}`;
}

function lastRound({
  round,
  outcome,
  reason,
  sealed,
  selected,
}: NonNullable<RoundView['last']>): readonly Html[] {
  return [
    fact('last round', `${round}, ${outcome}${reason === '' ? '' : `: ${reason}`}`),
    fact('contributors', `${selected} of ${sealed} updates have weight in it`),
  ];
}

function versionFacts({ version, modelDigest, privacy }: NonNullable<RoundView['model']>): readonly Html[] {
  const cost =
    privacy === null ? 'saw no private data' : `ε ${epsilonText(privacy.epsilon)} at δ ${privacy.delta}`;
  return [
    fact('version', html`${version} <code>${modelDigest.slice(0, 16)}</code>`),
    fact('its privacy, at worst', cost),
  ];
}
