import path from 'node:path';
import type { PolicyDocument } from '../../core/policy/model/policy.ts';
import { BoundedPolicyParser } from '../../policyWorker/policyParser.ts';
import { administratorPath, readAdministratorFile, watchAdministratorFile } from '../policy/model/administratorFile.ts';
import { AdministratorPolicy } from '../policy/model/administratorPolicy.ts';
import { boundedParse } from '../policy/model/boundedParse.ts';
import { PolicyLocations } from '../policy/model/policyLocations.ts';
import { PolicyStore } from '../policy/model/policyStore.ts';
import { policyLanguage } from '../policy/model/windowPolicyLanguage.ts';
import { STORAGE_FOLDERS } from '../state/storageFolders.ts';
import { textFolder } from '../state/textFolder.ts';
import { approvedTexts, type Host } from './host.ts';

export interface PolicyParts {
  readonly policies: PolicyStore;
  readonly locations: PolicyLocations;
  readonly administrator: AdministratorPolicy;
  /** Reads a policy text within a second, off the event loop. */
  readonly parse: (text: string) => Promise<PolicyDocument>;
}

/** A save, its review and what is applied come within seconds, and a worker takes a tenth of one to start: 10 seconds. */
const PARSER_IDLE_MS = 10_000;

/** The policy files of this window and the administrator's, which is read again whenever it changes. */
export function composePolicies(host: Host): PolicyParts {
  const { context, storage, log, bundle, failed } = host;
  const parser = new BoundedPolicyParser(bundle('gateway'), PARSER_IDLE_MS);
  const language = policyLanguage(parser);
  const policies = new PolicyStore({
    approvals: approvedTexts(host, 'approved'),
    lastValid: textFolder(path.join(storage, STORAGE_FOLDERS.written)),
    language,
    now: Date.now,
    log: (level, message) => log[level](message),
  });
  const administratorFile = administratorPath(process.platform);
  const administrator = new AdministratorPolicy({
    path: administratorFile,
    // Agents read it, too; like all that they read, in English.
    label: `the administrator’s policy ${administratorFile}`,
    read: () => readAdministratorFile(administratorFile),
    parse: (text) => boundedParse(parser, text, 'administrator'),
  });
  context.subscriptions.push(
    parser,
    watchAdministratorFile(administratorFile, () => void administrator.refresh().catch(failed)),
  );
  return { policies, locations: new PolicyLocations(context.globalStorageUri), administrator, parse: language.parse };
}
