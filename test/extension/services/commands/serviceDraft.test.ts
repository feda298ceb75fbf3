import { expect, test } from 'vitest';
import { withService } from '../../../../src/core/policy/edit/serviceWriter.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { presetsOf } from '../../../../src/core/services/knownService.ts';
import { KNOWN_SERVICES } from '../../../../src/core/services/knownServices.ts';
import { serviceOf } from '../../../../src/extension/services/commands/serviceDraft.ts';

test.each(
  KNOWN_SERVICES.flatMap((known) => presetsOf(known).map((preset) => [known.id, preset.id, known, preset] as const)),
)('%s with %s is written with all that is known of the API', (name, presetId, known, preset) => {
  const { baseUrl } = known;
  const service = serviceOf({ known, name, baseUrl, authDetail: 'someone', presetId, policyId: 'user' });
  expect(service?.rules).toBe(preset.rules);
  const { policy } = parsePolicy(withService(undefined, service ?? { name, baseUrl, auth: known.auth, rules: [] }));
  expect(policy?.services.get(name)).toMatchObject({
    auth: { type: known.auth.type },
    headers: { set: Object.entries(known.headers ?? {}).map(([header, value]) => [header.toLowerCase(), value]) },
    ...(known.encodedSlash ? { encodedSlash: true } : {}),
  });
});
