import type { AuditAnchor, AuditVerification } from '../../src/core/audit/verification.ts';
import { ChainVerifier } from '../../src/core/audit/verify.ts';

/** Checks the files of one gateway run, in the order of its parts. */
export function verifyParts(
  parts: readonly { readonly name: string; readonly lines: readonly string[] }[],
  sha256: (text: string) => string,
  anchor?: AuditAnchor,
): AuditVerification {
  const verifier = new ChainVerifier(sha256, anchor);
  for (const { name, lines } of parts) {
    verifier.beginPart(name);
    for (const line of lines) verifier.line(line);
  }
  return verifier.finish();
}
