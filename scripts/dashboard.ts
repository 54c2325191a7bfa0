/** `npm run dashboard`: bundles the dashboard's script into the file that a node serves. */
import { writeFileSync } from 'node:fs';
import { bundleDashboard, DASHBOARD_SCRIPT } from './dashboard/bundle.ts';

writeFileSync(DASHBOARD_SCRIPT, await bundleDashboard());
console.log(DASHBOARD_SCRIPT);
