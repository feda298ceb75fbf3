/** An error's message, for the log and for people. Errors of ours never hold a credential. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
