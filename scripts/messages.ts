/** `npm run messages`: writes docs/messages.md, an example of each message in bytes. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exampleMessages } from './protocol/examples.ts';
import { messagePage } from './protocol/message-page.ts';

const PAGE = fileURLToPath(new URL('../docs/messages.md', import.meta.url));

writeFileSync(PAGE, messagePage(exampleMessages()));
console.log(PAGE);
