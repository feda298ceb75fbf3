import { change, type PolicyChange } from '../../../core/policy/compare/policyChange.ts';
import type { Policy } from '../../../core/policy/model/policy.ts';
import { phrase } from '../../../core/text/phrase.ts';
import type { Approval } from '../../state/approvalStore.ts';

/** What of a policy file tells which names it has, and which it closes. */
interface NamingFile {
  readonly label: string;
  readonly approval: Approval;
  readonly writtenPolicy?: Policy;
  readonly closed?: readonly string[];
  readonly pending: readonly PolicyChange[];
}

/**
 * Files with what the user can let go of them: a name that one file closes, because it names it no longer, and that another
 * file has. Names that no other file has hold up nothing, so that a branch without the file asks nobody.
 */
export function withReleases<File extends NamingFile>(files: readonly File[]): readonly File[] {
  return files.map((file) => {
    const releases = (file.closed ?? [])
      .filter((name) => files.some((other) => other !== file && names(other, name)))
      .map((name) => change('widens', { name }, phrase`${name}: ${file.label} no longer restricts it`));
    return releases.length === 0 ? file : { ...file, pending: [...releases, ...file.pending] };
  });
}

/** The names of a policy's services and servers. */
export function namesOf(policy: Policy | undefined): readonly string[] {
  return [...(policy?.services.keys() ?? []), ...(policy?.servers.keys() ?? [])];
}

/** Whether a policy has a service or a server of this name. */
export function hasName(policy: Policy | undefined, name: string): boolean {
  return policy !== undefined && (policy.services.has(name) || policy.servers.has(name));
}

/** Whether the file has this name, approved or written, and does not merely close it. */
function names({ closed, approval, writtenPolicy }: NamingFile, name: string): boolean {
  if (closed?.includes(name)) return false;
  return hasName(writtenPolicy, name) || (approval.kind !== 'none' && approval.services.includes(name));
}
