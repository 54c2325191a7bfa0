/** A word for bash or zsh. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A word for fish. */
export const fishWord = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
