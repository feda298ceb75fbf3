import { type ParseError, parse } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { parseDocument } from 'yaml';
import type { ConfigFile, Finding } from '../../../../src/core/checkup/model/checkupModel.ts';
import { findings, read } from '../support.ts';

/** Built of parts, so that no scanner takes a test for a leak. */
export const KEY = ['Qw8Er7Ty6Ui5Op4A', 's3Df2Gh1Jk9Lz0Xc'].join('');
export const OTHER_KEY = ['Zx4Cv3Bn2Mq1Wr9E', 't8Yu7Ip6Oa5Sd0Fg'].join('');
export const GITHUB = ['gh', 'p_', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3hJ6'].join('');

/** The secrets that a file has in plain text. */
export function secretsIn(file: Pick<ConfigFile, 'text'> & Partial<ConfigFile>): readonly Finding[] {
  return findings([read(file.text, file)], 1).filter(({ secret }) => secret !== undefined);
}

/** What a text says to the libraries that clients read it with, and not to our own reader. Throws where it is broken. */
export function saidBy({ text, format }: Pick<ConfigFile, 'text' | 'format'>): unknown {
  const plain = text.replace(/^\u{feff}/u, '');
  if (format === 'toml') return JSON.parse(JSON.stringify(parseToml(plain)));
  if (format === 'yaml') {
    const document = parseDocument(plain);
    const [error] = [...document.errors, ...document.warnings];
    if (error) throw error;
    return document.toJS();
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(plain, errors, { allowTrailingComma: true });
  if (errors.length > 0) throw new Error(`broken JSON at ${errors[0]?.offset}`);
  return value;
}
