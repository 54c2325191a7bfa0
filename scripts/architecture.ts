/** `npm run architecture`: draws who imports whom into docs/imports.svg, from the sources. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree } from '../test/architecture/tree.ts';
import { drawProject } from './architecture/picture.ts';

const ROOT = join(import.meta.dirname, '..');
const PICTURE = join(ROOT, 'docs', 'imports.svg');

writeFileSync(PICTURE, drawProject(readTree(ROOT)));
console.log(PICTURE);
