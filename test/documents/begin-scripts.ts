import { pathToFileURL } from 'node:url';

// Begins scripts one after the other in this process, where what they share is loaded once:
//
//     node test/documents/begin-scripts.ts '[["scripts/drift.ts", []], …]'
//
// and prints a line of JSON for each: what it said on standard error or threw, and what it printed.

const asked = JSON.parse(process.argv[2] ?? '[]') as [file: string, args: string[]][];
const { stdout, stderr } = process;
const print = stdout.write.bind(stdout);

for (const [i, [file, args]] of asked.entries()) {
  let said = '';
  let printed = '';
  stderr.write = (text: string | Uint8Array) => {
    said += text;
    return true;
  };
  stdout.write = (text: string | Uint8Array) => {
    printed += text;
    return true;
  };
  process.argv = [process.execPath, file, ...args];
  // Each of them anew, also where it stands here twice.
  await import(`${pathToFileURL(file).href}?${i}`).catch((error: unknown) => {
    said += error instanceof Error ? error.message : String(error);
  });
  print(`${JSON.stringify({ said, printed })}\n`);
}
process.exit(0);
