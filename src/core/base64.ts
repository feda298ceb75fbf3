/**
 * What base64 stands for, in either alphabet (RFC 4648), with padding or without: bytes as characters of Latin-1. Throws for
 * anything else.
 */
export function fromBase64(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}

/** The bytes that base64 stands for, in either alphabet; undefined for what is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(fromBase64(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
