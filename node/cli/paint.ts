import { styleText } from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'dim';

/** Text for standard output: coloured on a terminal, and plain where NO_COLOR is set or something else reads. */
export function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { stream: process.stdout });
}
