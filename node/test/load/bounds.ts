/** 95 % of reads and of predictions are answered within these. */
export const READ_P95_MS = 50;
export const PREDICTION_P95_MS = 20;
/** What a node's memory may grow by under load or attack, over its most in quiet rounds. */
export const MEMORY_GROWTH_MIB = 128;
/** What the median round may take longer by: rounds follow the chain's blocks, one a second. */
export const ROUND_GROWTH_MS = 1_000;
/** What a flood may delay votes by. */
export const VOTE_DELAY_MS = 500;
/** 95 % of scrapes of `/metrics` are answered within this, when so many peers have filled every label. */
export const SCRAPE_P95_MS = 50;
export const CROWD = 200;
