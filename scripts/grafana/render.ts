import type { Dashboard, Panel } from './panel.ts';

const COLUMNS = 24;
const HEIGHTS = { series: 8, number: 4, states: 8 } as const;
const TYPES = { series: 'timeseries', number: 'stat', states: 'state-timeline' } as const;
const SOURCE = { type: 'prometheus', uid: 'ballast-prometheus' } as const;
const REFS = 'ABCDEFGHIJKL';

/** A dashboard as Grafana reads it (schema 39: Grafana 10 and later). */
export function renderDashboard({ uid, title, rows }: Dashboard): string {
  let y = 0;
  let id = 0;
  const panels: unknown[] = [];
  for (const row of rows) {
    panels.push({
      id: ++id,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: 24, x: 0, y },
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of row.panels) {
      const height = HEIGHTS[panel.kind];
      if (x + panel.width > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push(renderPanel(panel, ++id, { h: height, w: panel.width, x, y }));
      x += panel.width;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  const dashboard = {
    uid,
    title,
    tags: ['ballast'],
    schemaVersion: 39,
    editable: true,
    refresh: '15s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [instances()] },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function renderPanel(panel: Panel, id: number, gridPos: Readonly<Record<string, number>>): unknown {
  const { title, unit, kind, queries, help } = panel;
  return {
    id,
    type: TYPES[kind],
    title,
    ...(help === undefined ? {} : { description: help }),
    datasource: SOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, ...(kind === 'states' ? STATES : {}) }, overrides: [] },
    options:
      kind === 'series'
        ? { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } }
        : kind === 'number'
          ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none' }
          : { mergeValues: true, showValue: 'never', legend: { showLegend: false } },
    targets: queries.map(([expr, legendFormat], i) => ({
      refId: REFS[i] ?? 'Z',
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}

const STATES = {
  mappings: [],
  thresholds: {
    mode: 'absolute',
    steps: [
      { color: 'transparent', value: null },
      { color: 'orange', value: 1 },
    ],
  },
  color: { mode: 'thresholds' },
} as const;

function instances(): unknown {
  const query = 'label_values(ballast_ready, instance)';
  return {
    name: 'instance',
    label: 'Node',
    type: 'query',
    datasource: SOURCE,
    definition: query,
    query: { query, refId: 'instances' },
    includeAll: true,
    multi: true,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    refresh: 2,
    sort: 1,
  };
}
