import { fromBase64 } from '../base64.ts';

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes that base64 stands for, in either alphabet; undefined for what is none. */
export function base64Bytes(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(fromBase64(text), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
