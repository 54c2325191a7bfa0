/** The compiler as far as it is used: its own types bring in others that replace the platform's console. */
export function main(
  argv: readonly string[],
  host: {
    readonly readFile: (name: string) => string | null;
    readonly writeFile: (name: string, contents: string | Uint8Array) => void;
    readonly listFiles: () => readonly string[];
  },
): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
