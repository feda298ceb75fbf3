import type { CanonicalRequest } from '../request/model.ts';
import { literalPattern } from '../request/path.ts';
import { yamlText } from './print.ts';

/**
 * The narrowest rule that allows this request: one path, one method, every star of the agent's escaped. Two lines of
 * YAML, an entry of `policies`, without indentation and without a final line break.
 */
export function narrowestRule(request: Pick<CanonicalRequest, 'method' | 'path'>): string {
  return `- path: ${yamlText(literalPattern(request.path))}\n  methods: [${request.method}]`;
}
