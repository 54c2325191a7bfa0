import { FAILED } from '../job.ts';
import { takeChunk } from './take-chunk.ts';

// A helper whose kernel throws.
Atomics.store(takeChunk().counters, FAILED, 1);
