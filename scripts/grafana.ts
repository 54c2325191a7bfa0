/** `npm run grafana`: writes the dashboards that Grafana loads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DASHBOARDS } from './grafana/dashboards.ts';
import { renderDashboard } from './grafana/render.ts';

const folder = join(import.meta.dirname, '../deploy/grafana/generated');
for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, renderDashboard(dashboard));
  console.log(file);
}
