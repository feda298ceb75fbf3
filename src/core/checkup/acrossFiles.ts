import type { CheckedConfig } from './checkedConfig.ts';
import { checkOwnAuditLog } from './checks/auditLogs.ts';
import { checkEnvironments, checkOwnEnvironments } from './checks/environments.ts';
import { checkOwnLeaks } from './checks/errorLeaks.ts';
import { checkOwnExpiry } from './checks/expiry.ts';
import { checkKillSwitchTest } from './checks/killSwitch.ts';
import { checkOwnRules } from './checks/minimalPermissions.ts';
import { checkAges, checkKeySprawl } from './checks/rotation.ts';
import { withAspects } from './findings/aspects.ts';
import type { Finding } from './model/checkupModel.ts';
import type { OwnContext } from './model/context.ts';

/** What was found file by file, across files and in Valet Key's own state: one finding a secret, with its other sides. */
export function allFindings(checked: readonly CheckedConfig[], context: OwnContext): readonly Finding[] {
  return withAspects([...checked.flatMap(({ findings }) => findings), ...checkAcross(checked, context)]);
}

/** The checks that need all files, and those of Valet Key's own state. */
function checkAcross(checked: readonly CheckedConfig[], context: OwnContext): readonly Finding[] {
  const secrets = checked.flatMap((one) => one.secrets);
  return [
    ...checkOwnRules(context),
    ...checkOwnAuditLog(context),
    ...checkKeySprawl(secrets),
    ...checkAges(context),
    ...checkEnvironments(secrets),
    ...checkOwnEnvironments(context),
    ...checkOwnLeaks(context),
    ...checkOwnExpiry(context),
    ...checkKillSwitchTest(context),
  ];
}
