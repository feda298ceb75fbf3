import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { cpuTime } from '../../support/cpuTime.ts';

const KEYS: Readonly<Record<string, string>> = {
  RSA: rsa(2048, 'pkcs8'),
  'an older RSA': rsa(2048, 'pkcs1'),
  EC: generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .trim(),
};

function rsa(modulusLength: number, type: 'pkcs8' | 'pkcs1'): string {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type, format: 'pem' }).toString().trim();
}

const LINE_END = /\n/g;

function bodyOf(pem: string): string {
  return pem.split('\n').slice(1, -1).join('');
}

function inLines(text: string, length: number): string[] {
  return text.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
}

function ofWidth(pem: string, length: number): string {
  return [pem.split('\n')[0], ...inLines(bodyOf(pem), length), pem.split('\n').at(-1)].join('\n');
}

/** How a key is kept, and how long its lines are there. */
const KEPT: Readonly<Record<string, readonly [write: (pem: string) => string, width: number]>> = {
  'in a file': [(pem) => pem, 64],
  'in a file of Windows': [(pem) => pem.replace(LINE_END, '\r\n'), 64],
  'without its boundaries': [(pem) => inLines(bodyOf(pem), 64).join('\n'), 64],
  indented: [(pem) => pem.replace(LINE_END, '\n\t'), 64],
  'in lines of 76': [(pem) => ofWidth(pem, 76), 76],
  'in lines of 70': [(pem) => ofWidth(pem, 70), 70],
  'in lines of 48': [(pem) => ofWidth(pem, 48), 48],
  'in lines of 32': [(pem) => ofWidth(pem, 32), 32],
  'in one line, with its line ends written': [(pem) => pem.replace(LINE_END, '\\n'), 64],
  'in one line, with its line ends written twice': [(pem) => pem.replace(LINE_END, '\\\\r\\\\n'), 64],
  'in one line, with blanks': [(pem) => pem.replace(LINE_END, ' '), 64],
  'in one line, with nothing': [(pem) => pem.replace(LINE_END, ''), 64],
  'in percent form': [(pem) => encodeURIComponent(pem), 64],
  'in XML': [(pem) => `<key>${pem.replace(LINE_END, '&#xA;')}</key>`, 64],
  'in base64': [(pem) => Buffer.from(pem).toString('base64'), 64],
  'in a variable': [(pem) => `PRIVATE_KEY=${JSON.stringify(pem)}`, 64],
  'in a variable of several lines': [(pem) => `PRIVATE_KEY="${pem}"\nNAME=me`, 64],
  'in JSON': [
    (pem) => JSON.stringify({ type: 'service_account', private_key: pem, client_email: 'me@example.com' }),
    64,
  ],
  'in YAML': [(pem) => `private_key: |\n  ${pem.replace(LINE_END, '\n  ')}\nname: me`, 64],
  'in the lines of a program': [
    (pem) =>
      pem
        .split('\n')
        .map((line) => `"${line}\\n"`)
        .join(' +\n'),
    64,
  ],
  'in a list': [(pem) => JSON.stringify(pem.split('\n')), 64],
  'on a command line': [(pem) => `tool --user me --key "${pem.replace(LINE_END, '\\n')}"`, 64],
  'behind a certificate': [
    (pem) =>
      `-----BEGIN CERTIFICATE-----\n${inLines('A1b2'.repeat(40), 64).join('\n')}\n-----END CERTIFICATE-----\n${pem}`,
    64,
  ],
  'encrypted, with its headers': [
    (pem) => pem.replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n'),
    64,
  ],
  'encrypted, in one line': [
    (pem) =>
      pem
        .replace('\n', '\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n')
        .replace(LINE_END, ' '),
    64,
  ],
};

/** How others write a line. */
const WRITTEN: Readonly<Record<string, (line: string) => string>> = {
  'as it is': (line) => line,
  'in base64': (line) => Buffer.from(line).toString('base64'),
  'in hexadecimal': (line) => Buffer.from(line).toString('hex'),
  'in percent form': (line) => [...Buffer.from(line)].map((byte) => `%${byte.toString(16)}`).join(''),
  'in lower case': (line) => line.toLowerCase(),
  'with blanks': (line) => [...line].join(' '),
  'in groups': (line) => inLines(line, 4).join('-'),
  'as a list of numbers': (line) => [...Buffer.from(line)].join(', '),
};

function redactor(value: string): Redactor {
  return new Redactor([{ name: 'api', value: new Secret(value) }]);
}

describe.each(Object.keys(KEYS))('a line of a key: %s', (kind) => {
  it.each(Object.keys(KEPT))('is taken out alone, however it is written, of a key %s', (how) => {
    const pem = KEYS[kind] ?? '';
    const [write, width] = KEPT[how] ?? [(text: string) => text, 64];
    const known = redactor(write(pem));
    for (const line of inLines(bodyOf(pem), width).filter(({ length }) => length >= 16)) {
      for (const [encoding, encode] of Object.entries(WRITTEN)) {
        expect(known.text(`one is (${encode(line)}) there`).count, `${encoding}: ${line}`).toBeGreaterThan(0);
      }
    }
  });
});

describe('a secret of several lines', () => {
  it('gives each of them away, where they are as long as each other', () => {
    const codes = ['k3xq-9mzt', 'p7wd-2hvn', 'z4rc-8jbf'];
    const known = redactor(codes.join('\n'));
    for (const code of codes) expect(known.text(`use ${code} now`).text).toBe('use [redacted:api] now');
  });

  it('keeps the words of a key’s headers', () => {
    const known = redactor(KEPT['encrypted, in one line']?.[0](KEYS.RSA ?? '') ?? '');
    const text = 'ENCRYPTED with AES-128-CBC, PRIVATE KEY, Proc-Type, DEK-Info, BEGIN, END';
    expect(known.text(text).text).toBe(text);
  });

  it('in one line is no more work than a long key, however many parts it has', () => {
    const part = (index: number): string => Buffer.from(`${index}-${index * 7919}-part`).toString('base64url');
    const parts = Array.from({ length: 800 }, (_, index) => part(index));
    const costOf = (value: string, enough?: number): number => cpuTime(() => redactor(value), 3, enough);
    const key = costOf(rsa(4096, 'pkcs8'));
    const lines = [
      `-----BEGIN-----${parts.join('.')}`,
      parts.join(','),
      parts.map((one, index) => `k${index}=${one}`).join(';'),
      `x ${parts.map((one) => `-p ${one}`).join(' ')}`,
      `x -y ${parts.join(' ')}`,
    ];
    for (const line of lines) expect(costOf(line, 6 * key), line.slice(0, 40)).toBeLessThan(6 * key);
  });
});
