import { Disposable } from 'vscode';
import { registerAgents } from '../agents/registerAgents.ts';
import { registerApprovals } from '../approvals/registerApprovals.ts';
import { registerAudit } from '../audit/registerAudit.ts';
import { registerCheckup } from '../checkup/registerCheckup.ts';
import { registerCredentials } from '../credentials/registerCredentials.ts';
import { registerFreeze } from '../freeze/registerFreeze.ts';
import { registerGateway } from '../gateway/registerGateway.ts';
import { registerLearn } from '../learn/registerLearn.ts';
import { registerPolicy } from '../policy/registerPolicy.ts';
import { registerServers } from '../servers/registerServers.ts';
import { registerServices } from '../services/registerServices.ts';
import { registerStatus } from '../status/registerStatus.ts';
import type { WindowParts } from './compose.ts';
import type { Host } from './host.ts';

/** Every feature's commands and views. */
export function registerFeatures({ failed }: Host, { app, language }: WindowParts): Disposable {
  return Disposable.from(
    registerServices(app, failed),
    registerAudit(app),
    registerCheckup(app),
    registerAgents(app),
    registerStatus(app),
    registerPolicy(app, language),
    registerLearn(app),
    registerCredentials(app),
    registerServers(app),
    registerFreeze(app),
    registerApprovals(app),
    registerGateway(app),
  );
}
