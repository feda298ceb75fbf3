import { describe, expect, it, test } from 'vitest';
import { compileService, decide } from '../../../../src/core/policy/decide/decide.ts';
import { lintPolicy } from '../../../../src/core/policy/lint/lint.ts';
import { parsePolicy } from '../../../../src/core/policy/read/parse.ts';
import { canonicalise } from '../../../../src/core/request/canonicalise.ts';
import type { RequestInput } from '../../../../src/core/request/parts/requestModel.ts';
import { inEnglish } from '../../../../src/core/text/phrase.ts';

const DYNAMODB = `services:
  tables:
    baseUrl: https://dynamodb.eu-central-1.amazonaws.com
    auth: { type: aws-sigv4, region: eu-central-1, service: dynamodb }
    policies:
      - path: /
        methods: [POST]
        header: { x-amz-target: { in: [DynamoDB_20120810.GetItem, DynamoDB_20120810.Query] } }
      - path: /
        methods: [POST]
        header: { X-Amz-Target: { matches: "DynamoDB_*.Put*" } }
        bodyType: json
        body: { TableName: { equals: notes } }
      - path: /
        effect: deny
        header: { x-amz-target: { matches: "*.DeleteTable" } }
`;

/** The verdict on a request, or why it is none. */
function verdict(text: string, request: Partial<RequestInput>): string {
  const { policy, problems } = parsePolicy(text);
  const service = [...(policy?.services.values() ?? [])][0];
  if (!service) throw new Error(JSON.stringify(problems));
  const canonical = canonicalise({ service: service.name, method: 'POST', path: '/', ...request }, service);
  return canonical.ok ? decide(compileService(service), canonical.value).verdict : inEnglish(canonical.error.message);
}

function aws(target: string | undefined, json: unknown = {}, type = 'application/x-amz-json-1.0'): string {
  const headers = { 'content-type': type, ...(target === undefined ? {} : { 'x-amz-target': target }) };
  return verdict(DYNAMODB, { json, headers });
}

describe('AWS’s JSON APIs', () => {
  test.each([
    ['DynamoDB_20120810.GetItem', 'allow'],
    ['DynamoDB_20120810.Query', 'allow'],
    ['DynamoDB_20120810.Scan', 'deny'],
    ['dynamodb_20120810.getitem', 'deny'],
    ['DynamoDB_20120810.DeleteTable', 'deny'],
    ['x.deletetable', 'deny'],
    [undefined, 'deny'],
  ])('%s is judged by its target: %s', (target, expected) => {
    expect(aws(target)).toBe(expected);
  });

  it('are not told apart by a target where the same request may name another operation', () => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    expect(verdict(DYNAMODB, { headers, json: { Action: 'DeleteTable' } })).toBe('allow');
    expect(verdict(DYNAMODB, { headers })).toBe('allow');
    expect(verdict(DYNAMODB, { headers, form: { Action: 'DeleteTable' } })).toBe('deny');
    for (const text of ['Action=DeleteTable', 'Version=1&%41ction=DeleteTable', '{"Action":"DeleteTable"}']) {
      expect([text, verdict(DYNAMODB, { headers, text })]).toEqual([text, 'deny']);
    }
    expect(verdict(DYNAMODB, { headers, text: 'reaction=1' })).toBe('allow');
    for (const path of ['/?Action=DeleteTable', '/?action=DeleteTable', '/?%41ction=DeleteTable']) {
      expect(verdict(DYNAMODB, { headers, json: {}, path })).toBe('deny');
    }
    expect(verdict(DYNAMODB, { headers, json: {}, path: '/?Version=2012-08-10' })).toBe('allow');
  });

  it('are JSON to conditions on the body', () => {
    expect(aws('DynamoDB_20120810.PutItem', { TableName: 'notes' })).toBe('allow');
    expect(aws('DynamoDB_20120810.PutItem', { TableName: 'notes' }, 'application/x-amz-json-1.1')).toBe('allow');
    expect(aws('DynamoDB_20120810.PutItem', { TableName: 'people' })).toBe('deny');
    // A framework that parses nothing under such a name would see no field: only AWS does.
    expect(aws('DynamoDB_20120810.PutItem', { TableName: 'notes' }, 'application/x-amz-json-9.9')).toBe('deny');
  });

  it('take no text in JSON’s place', () => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    expect(verdict(DYNAMODB, { text: '{}', headers })).toContain('says JSON, but the body is `text`');
  });
});

describe('a condition on a header', () => {
  const policy = (rule: string, more = ''): string =>
    `services: { api: { baseUrl: 'https://api.example.com', auth: { type: bearer }, headers: { allow: [x-tenant], set: { x-mode: live } }, policies: [{ path: '/**', methods: [POST]${rule} }${more}] } }`;

  test.each([
    [', header: { x-tenant: { equals: "7" } }', { 'X-Tenant': ' 7 ' }, 'allow'],
    [', header: { x-tenant: { equals: 7 } }', { 'x-tenant': '7' }, 'allow'],
    [', header: { x-tenant: { max: 10 } }', { 'x-tenant': '11' }, 'deny'],
    [', header: { x-tenant: { matches: "eu-*" } }', { 'x-tenant': 'EU-1' }, 'deny'],
    [', header: { x-tenant: { present: false } }', {}, 'allow'],
    [', header: { x-tenant: { present: false } }', { 'x-tenant': '' }, 'deny'],
    [', header: { x-mode: { equals: live } }', { 'x-mode': 'test' }, 'allow'],
    [', header: { content-type: { equals: application/json } }', {}, 'allow'],
    [', header: { prefer: { in: [return=minimal] } }', { prefer: 'return=representation' }, 'deny'],
  ])('%s and %j: %s', (rule, headers, expected) => {
    expect(verdict(policy(rule), { headers: headers as Record<string, string>, json: {} })).toBe(expected);
  });

  it('holds generously where a rule denies', () => {
    const deny = ", { path: '/**', effect: deny, header: { x-tenant: { matches: 'eu-*' } } }";
    expect(verdict(policy('', deny), { headers: { 'x-tenant': 'EU-1' }, json: {} })).toBe('deny');
    expect(verdict(policy('', deny), { headers: { 'x-tenant': 'us-1' }, json: {} })).toBe('allow');
  });

  test.each(['authorization', 'Cookie', 'host', 'x-forwarded-for', 'content-length', 'bad name'])(
    'cannot be on %s',
    (name) => {
      const { problems } = parsePolicy(policy(`, header: { "${name}": { present: true } }`));
      expect(problems.map(({ code }) => code)).toContain('bad-condition');
    },
  );

  it('is warned of where agents may not send it', () => {
    const document = parsePolicy(policy(', header: { x-other: { equals: a } }'));
    expect(lintPolicy(document).map(({ message }) => inEnglish(message))).toContainEqual(
      expect.stringContaining('Agents may not send x-other'),
    );
  });
});
