import { describe, expect, test } from 'vitest';
import { envVariables, withoutVariable } from '../../../src/core/credentials/envFile.ts';
import { cpuTime } from '../../support/cpuTime.ts';

const KEY = ['sk', 'test', 'Zq7mK2xV9tB4nW8c'].join('_');
const OTHER = 'k3Yt0ken-0f-an0ther-k1nd';

function read(text: string): readonly (readonly [string, string, number])[] {
  return envVariables(text).map(({ name, value, line }) => [name, value.expose('fingerprint'), line]);
}

describe('the variables of a .env file', () => {
  test.each([
    ['plain', `API_KEY=${KEY}\n`, KEY],
    ['with export and spaces', `  export API_KEY = ${KEY}  \n`, KEY],
    ['without a final line break', `API_KEY=${KEY}`, KEY],
    ['in double quotes', `API_KEY="${KEY}"\n`, KEY],
    ['in single quotes', `API_KEY='${KEY}'\n`, KEY],
    ['in backticks', `API_KEY=\`${KEY}\`\n`, KEY],
    ['with a comment after it', `API_KEY=${KEY} # the test one\n`, KEY],
    ['with a hash in it', `API_KEY=${KEY}#more\n`, `${KEY}#more`],
    ['with an equals sign in it', `API_KEY=${KEY}==\n`, `${KEY}==`],
    ['with an escaped quote', `API_KEY="${KEY}\\"x"\n`, `${KEY}"x`],
    ['with Windows line ends', `A=1\r\nAPI_KEY=${KEY}\r\nB=2\r\n`, KEY],
  ])('%s', (_what, text, value) => {
    expect(read(text).map(([name, found]) => [name, found])).toEqual([['API_KEY', value]]);
  });

  test.each([
    ['a comment', `# API_KEY=${KEY}\n`],
    ['an empty value', 'API_KEY=\n'],
    ['one too short to be a credential', 'PORT=3000\n'],
    ['one of several lines', 'CERT="-----BEGIN\nabcdefgh\n-----END"\n'],
    ['an address', 'BASE_URL="https://api.example.com/v1"\n'],
    ['no name', `=${KEY}\n`],
    ['an indented continuation', `  ${KEY}\n`],
  ])('leaves out %s', (_what, text) => {
    expect(read(text)).toEqual([]);
  });

  test('come with their line, the likely ones first', () => {
    const text = `# settings\nBUCKET=uploads-of-staging\n\nOPENAI_API_KEY=${KEY}\nDATABASE="postgres://x"\nSLACK_TOKEN=${OTHER}\n`;
    expect(read(text).map(([name, , line]) => [name, line])).toEqual([
      ['OPENAI_API_KEY', 4],
      ['SLACK_TOKEN', 6],
      ['BUCKET', 2],
      ['DATABASE', 5],
    ]);
  });

  test('take linear time', () => {
    const text = `A=${'"\\'.repeat(50_000)}\n${'A=#'.repeat(50_000)}\n${' '.repeat(100_000)}=`;
    expect(cpuTime(() => envVariables(text))).toBeLessThan(1000);
  });
});

describe('removing a variable', () => {
  const text = `# settings\nFIRST=${OTHER}\nexport API_KEY="${KEY}" # mine\nLAST=${OTHER}\n`;
  const variable = envVariables(text).find(({ name }) => name === 'API_KEY');

  test('takes its line out and nothing else', () => {
    expect(variable && withoutVariable(text, variable)).toBe(`# settings\nFIRST=${OTHER}\nLAST=${OTHER}\n`);
  });

  test('finds it where it stands by now', () => {
    expect(variable && withoutVariable(`NEW=1\n${text}`, variable)).toBe(
      `NEW=1\n# settings\nFIRST=${OTHER}\nLAST=${OTHER}\n`,
    );
  });

  test('leaves a file alone in which it has another value by now', () => {
    expect(variable && withoutVariable(text.replace(KEY, `${KEY}2`), variable)).toBeUndefined();
    expect(variable && withoutVariable('', variable)).toBeUndefined();
  });
});
