import type { WriteStream } from 'node:tty';

/** One line that says what is going on, rewritten in place on a terminal and written once a change elsewhere. */
export class Progress {
  readonly #stream: WriteStream;
  readonly #enabled: boolean;
  #last = '';

  constructor(stream: WriteStream, enabled: boolean) {
    this.#stream = stream;
    this.#enabled = enabled;
  }

  show(text: string): void {
    if (!this.#enabled || text === this.#last) return;
    this.#last = text;
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${text}` : `… ${text}\n`);
  }

  /** A line that stays. */
  note(text: string): void {
    this.clear();
    if (this.#enabled) this.#stream.write(`${text}\n`);
  }

  clear(): void {
    if (this.#enabled && this.#stream.isTTY && this.#last !== '') this.#stream.write('\r\x1b[K');
    this.#last = '';
  }
}
