import { z } from 'zod';

// The part of SARIF 2.1.0 that a log of ours is made of (https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/), as
// strict as its JSON schema is: nothing but known members, those that it requires, and its bounds.

const properties = z.record(z.string(), z.unknown());
const level = z.enum(['none', 'note', 'warning', 'error']);
/** A relative reference or a URI, RFC 3986: what is no character of one has to be escaped. */
const uri = z.string().regex(/^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/);
const count = z.int().min(0);
const number = z.int().min(1);

const artifactLocation = z
  .strictObject({ uri, uriBaseId: z.string().optional() })
  // 3.4.3: what has a base is below it.
  .refine((at) => at.uriBaseId === undefined || !/^(?:[a-z][a-z0-9+.-]*:|\/|\.\.)/i.test(at.uri), 'is not relative');

const region = z
  .strictObject({
    startLine: number,
    startColumn: number.optional(),
    endLine: number.optional(),
    endColumn: number.optional(),
  })
  .refine(({ startLine, endLine = startLine }) => endLine >= startLine, 'ends before it begins');

const text = z.string().min(1);
const message = z.strictObject({ text, markdown: text.optional() });

const location = z.strictObject({
  id: z.int().min(-1).optional(),
  message: message.optional(),
  physicalLocation: z.strictObject({ artifactLocation, region: region.optional() }),
  logicalLocations: z
    .array(z.strictObject({ name: z.string(), fullyQualifiedName: z.string() }))
    .min(1)
    .optional(),
});

const rule = z.strictObject({
  id: text,
  name: text,
  helpUri: z.url(),
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: z.strictObject({ level }),
  properties,
});

const suppression = z.strictObject({
  kind: z.enum(['inSource', 'external']),
  status: z.enum(['accepted', 'underReview', 'rejected']).optional(),
  justification: text.optional(),
  location: location.optional(),
  properties: properties.optional(),
});

const result = z.strictObject({
  ruleId: text,
  ruleIndex: count,
  level,
  message,
  locations: z.array(location).length(1),
  relatedLocations: z.array(location).min(1).optional(),
  partialFingerprints: z.record(z.string(), text),
  suppressions: z.array(suppression).min(1).optional(),
  properties: properties.optional(),
});

const run = z.strictObject({
  tool: z.strictObject({
    driver: z.strictObject({ name: text, version: text, informationUri: z.url(), rules: z.array(rule) }),
  }),
  columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
  originalUriBaseIds: z.record(z.string(), z.strictObject({ uri: z.url().regex(/\/$/) })),
  invocations: z.array(
    z.strictObject({
      executionSuccessful: z.boolean(),
      toolExecutionNotifications: z.array(
        z.strictObject({
          descriptor: z.strictObject({ id: text }),
          level,
          message,
          locations: z.array(location),
        }),
      ),
    }),
  ),
  artifacts: z.array(
    z.strictObject({ location: artifactLocation, roles: z.array(z.literal('analysisTarget')), properties }),
  ),
  results: z.array(result),
});

export const sarifSchema = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(run).length(1),
});
