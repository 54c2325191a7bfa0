import type { TemplateResult } from 'lit-html';
import type { ChartSpec } from '../chart-spec.ts';
import type { ViewId } from '../resources.ts';
import type { Actions, PageState } from '../state.ts';
import { decisionsView } from './decisions.ts';
import { governanceView } from './governance.ts';
import { modelCharts, modelView } from './model.ts';
import { monitoringCharts, monitoringView } from './monitoring.ts';
import { ownNodeView } from './own-node.ts';
import { parameterCharts, parametersView } from './parameters.ts';
import { peersView } from './peers.ts';
import { privacyCharts, privacyView } from './privacy.ts';
import { roundCharts, roundView } from './round.ts';

type Drawn = {
  readonly body: (state: PageState, actions: Actions) => TemplateResult;
  readonly charts?: (state: PageState) => readonly ChartSpec[];
};

const DRAWN: Readonly<Record<ViewId, Drawn>> = {
  round: { body: roundView, charts: roundCharts },
  peers: { body: peersView },
  model: { body: modelView, charts: modelCharts },
  privacy: { body: privacyView, charts: privacyCharts },
  parameters: { body: parametersView, charts: parameterCharts },
  decisions: { body: decisionsView },
  governance: { body: governanceView },
  node: { body: ownNodeView },
  monitoring: { body: monitoringView, charts: monitoringCharts },
};

/** The view that is open. */
export const viewBody = (state: PageState, actions: Actions): TemplateResult =>
  DRAWN[state.view].body(state, actions);

/** The charts of the view that is open. */
export const chartsOf = (state: PageState): readonly ChartSpec[] => DRAWN[state.view].charts?.(state) ?? [];
