import { App } from './app.ts';
import { element } from './page.ts';
import { startTheme } from './theme.ts';

const app = new App();
startTheme(element('theme'), () => app.redraw());
app.start();
