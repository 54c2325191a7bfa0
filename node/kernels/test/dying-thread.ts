import { takeChunk } from './take-chunk.ts';

// A helper that ends with a chunk in its hands.
takeChunk();
process.exit(1);
