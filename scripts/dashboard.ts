/** `npm run dashboard`: bundles the dashboard into the folder from which the nodes of this checkout serve it. */
import { writeDashboard } from './dashboard/bundle.ts';

for (const path of await writeDashboard()) console.log(path);
