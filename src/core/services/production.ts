/** Whether an environment's name says that what happens there is real: a word of its own in it, whatever stands beside. */
export function isProduction(environment: string | undefined): boolean {
  return environment !== undefined && /(?:^|[^a-z])(?:production|prod|prd|live)(?![a-z])/i.test(environment);
}
