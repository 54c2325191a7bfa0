import uPlot from 'uplot';
import { axisTimes, type ChartSpec } from '../chart-spec.ts';
import { exactTime } from '../time.ts';

type Drawn = { readonly plot: uPlot; readonly place: HTMLElement; form: string; spec: ChartSpec };

const HEIGHT = 240;
const LEAST_WIDTH = 220;

/** The charts on the page: one for each element that has a chart's id. */
export class Charts {
  readonly #drawn = new Map<string, Drawn>();
  readonly #watch = new ResizeObserver((entries) => {
    for (const { target } of entries) this.#fit(target.id);
  });

  /** Draws what is new, fills what has new data, and lets go of what the page no longer has. */
  show(specs: readonly ChartSpec[]): void {
    for (const [id, { plot, place }] of this.#drawn) {
      if (place.isConnected && specs.some((spec) => spec.id === id)) continue;
      this.#watch.unobserve(place);
      plot.destroy();
      this.#drawn.delete(id);
    }
    for (const spec of specs) this.#showOne(spec);
  }

  /** With the colours of now. */
  redraw(): void {
    const specs = [...this.#drawn.values()].map(({ spec }) => spec);
    this.show([]);
    this.show(specs);
  }

  #showOne(spec: ChartSpec): void {
    const place = document.getElementById(spec.id);
    if (place === null) return;
    const form = formOf(spec);
    const drawn = this.#drawn.get(spec.id);
    if (drawn !== undefined && drawn.form === form && drawn.place === place) {
      if (sameData(drawn.spec, spec)) return;
      drawn.spec = spec;
      drawn.plot.setData(dataOf(spec));
      return;
    }
    if (drawn !== undefined) {
      this.#watch.unobserve(drawn.place);
      drawn.plot.destroy();
    }
    place.replaceChildren();
    const plot = new uPlot(optionsOf(spec, widthOf(place)), dataOf(spec), place);
    this.#drawn.set(spec.id, { plot, place, form, spec });
    this.#watch.observe(place);
  }

  #fit(id: string): void {
    const drawn = this.#drawn.get(id);
    if (drawn === undefined) return;
    const width = widthOf(drawn.place);
    if (Math.abs(width - drawn.plot.width) > 1) drawn.plot.setSize({ width, height: HEIGHT });
  }
}

const widthOf = (place: HTMLElement): number => Math.max(LEAST_WIDTH, Math.floor(place.clientWidth));

const dataOf = ({ x, series }: ChartSpec): uPlot.AlignedData =>
  [[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;

/** What a chart has to be made anew for. */
const formOf = ({ axis, unit, series, band }: ChartSpec): string =>
  JSON.stringify([
    axis,
    unit,
    band,
    series.map(({ label, colour, dash, hasPoints }) => [label, colour, dash, hasPoints]),
  ]);

function sameData(a: ChartSpec, b: ChartSpec): boolean {
  const [left, right] = [
    [a.x, ...a.series.map(({ values }) => values)],
    [b.x, ...b.series.map(({ values }) => values)],
  ];
  return left.every(
    (column, i) => column.length === right[i]?.length && column.every((value, j) => value === right[i]?.[j]),
  );
}

/** A variable of the styles as the browser resolves it: a canvas knows neither variables nor `light-dark()`. */
function colourOf(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function optionsOf({ axis, unit, series, band, reach = [] }: ChartSpec, width: number): uPlot.Options {
  const [muted, edge] = [colourOf('--muted'), colourOf('--edge')];
  const lines = {
    stroke: muted,
    grid: { stroke: edge, width: 1 },
    ticks: { stroke: edge, width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    scales: {
      x: { time: axis === 'time' },
      y: { range: (_, least, most) => padded([least, most, ...reach]) },
    },
    axes: [
      {
        ...lines,
        ...(axis === 'number'
          ? { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] }
          : {
              space: 76,
              values: (_: uPlot, splits: number[], __: number, ___: number, step: number) =>
                axisTimes(splits, step),
            }),
      },
      {
        ...lines,
        size: 56,
        ...(unit === '' ? {} : { label: unit, labelSize: 18, labelFont: '12px system-ui, sans-serif' }),
      },
    ],
    series: [
      axis === 'time'
        ? {
            label: 'time',
            value: (_: uPlot, at: number | null) => (at === null ? '' : exactTime(at * 1_000)),
          }
        : { label: 'at', value: (_: uPlot, at: number | null) => (at === null ? '' : String(at)) },
      ...series.map(({ label, colour, width: stroke = 1, dash, isStepped, hasPoints }) => ({
        label,
        stroke: colourOf(colour),
        width: stroke,
        points: { show: hasPoints === true, size: 5 },
        ...(dash === undefined ? {} : { dash: [...dash] }),
        ...(isStepped === true && stepped !== undefined ? { paths: stepped } : {}),
        value: (_: uPlot, value: number | null) =>
          value === null ? '' : `${Number(value.toPrecision(5))} ${unit}`,
      })),
    ],
    ...(band === undefined
      ? {}
      : {
          bands: [
            { series: [band.upper + 1, band.lower + 1] as [number, number], fill: colourOf(band.colour) },
          ],
        }),
    cursor: { points: { size: 6 }, drag: { x: true, y: false } },
    legend: { live: true },
  };
}

function padded(values: readonly (number | null)[]): [number, number] {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [least, most] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const pad = (most - least) * 0.06 || Math.abs(most) * 0.1 || 1;
  return [least === 0 ? 0 : least - pad, most === 0 ? 0 : most + pad];
}
