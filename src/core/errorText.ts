/** An error's message, for the log and for people. Errors of ours never hold a credential. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What Node calls an error, such as `EACCES`: a code of the operating system, of OpenSSL or of a library. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
