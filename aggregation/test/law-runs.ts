/** Random cases of every law and rule. */
export const LAW_RUNS = 1000;
