/**
 * What base64 stands for, in either alphabet (RFC 4648), with padding or without: bytes as characters of Latin-1. Throws for
 * anything else.
 */
export function fromBase64(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
}
