/** Proven against claimed ε of one kind of attack; points at 0 lie on the lower edge. */
export type BoundSeries = {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly { readonly claimed: number; readonly proven: number }[];
};

const [WIDTH, HEIGHT] = [720, 540];
const PLOT = { left: 74, right: 24, top: 66, bottom: 62 };
/** Powers of ten at the ends of the axes: of claims, and of what is proven of them. */
const X_RANGE = [-0.6, 2.7] as const;
const Y_RANGE = [-2, 2.7] as const;
const TICKS = [0.01, 0.1, 1, 10, 100];
const CLAIM_TICKS = [0.5, 1, 2, 8, 100];

/**
 * An SVG of proven ε against claimed ε, both logarithmic, with the line that no sound audit of an honest mechanism may
 * pass. Claims that are infinite are left out.
 */
export function boundsPicture(title: string, series: readonly BoundSeries[]): string {
  const [x0, x1, y0, y1] = [PLOT.left, WIDTH - PLOT.right, HEIGHT - PLOT.bottom, PLOT.top];
  const along = (epsilon: number, [from, to]: readonly [number, number]) =>
    (Math.min(to, Math.max(from, Math.log10(Math.max(epsilon, 1e-300)))) - from) / (to - from);
  const x = (epsilon: number) => (x0 + along(epsilon, X_RANGE) * (x1 - x0)).toFixed(1);
  const y = (epsilon: number) => (y0 + along(epsilon, Y_RANGE) * (y1 - y0)).toFixed(1);
  const [least, most] = [10 ** X_RANGE[0], 10 ** X_RANGE[1]];
  const grid = [
    ...CLAIM_TICKS.flatMap((tick) => [
      `<path class="grid" d="M${x(tick)} ${y0}V${y1}"/>`,
      `<text x="${x(tick)}" y="${y0 + 20}" text-anchor="middle">${tick}</text>`,
    ]),
    ...TICKS.flatMap((tick, i) => [
      `<path class="grid" d="M${x0} ${y(tick)}H${x1}"/>`,
      `<text x="${x0 - 10}" y="${Number(y(tick)) + 4}" text-anchor="end">${i === 0 ? `≤ ${tick}` : tick}</text>`,
    ]),
  ];
  const drawn = series.flatMap(({ label, colour, points }, i) => {
    const finite = points.filter(({ claimed }) => Number.isFinite(claimed));
    const line = finite.map(({ claimed, proven }) => `${x(claimed)},${y(proven)}`).join(' ');
    const [legendX, legendY] = [x0 + 14, y1 + 22 + 20 * i];
    return [
      `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...finite.map(
        ({ claimed, proven }) => `<circle cx="${x(claimed)}" cy="${y(proven)}" r="4" fill="${colour}"/>`,
      ),
      `<circle cx="${legendX}" cy="${legendY - 4}" r="4" fill="${colour}"/>`,
      `<text x="${legendX + 12}" y="${legendY}">${label}</text>`,
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    '<style>text{font:13px sans-serif;fill:#333}.grid{stroke:#ddd;fill:none}.title{font-weight:bold;font-size:15px}</style>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text class="title" x="${x0}" y="30">${title}</text>`,
    ...grid,
    `<path d="M${x(least)} ${y(least)}L${x(most)} ${y(most)}" stroke="#c00" stroke-dasharray="6 4" fill="none"/>`,
    `<text x="${x0}" y="50" style="fill:#c00">above the dashed line the claim is broken</text>`,
    `<text x="${(x0 + x1) / 2}" y="${HEIGHT - 16}" text-anchor="middle">claimed ε</text>`,
    `<text transform="translate(20 ${(y0 + y1) / 2}) rotate(-90)" text-anchor="middle">proven ε</text>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
