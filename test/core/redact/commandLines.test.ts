import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretParts } from '../../../src/core/redact/parts/parts.ts';
import { Redactor } from '../../../src/core/redact/redactor.ts';
import { Secret } from '../../../src/core/secret.ts';
import { runs } from '../../support/runs.ts';

const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in hexadecimal': (text) => Buffer.from(text).toString('hex'),
  'in percent form': (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
};

/** What people paste with a password in it, each with `PASSWORD` in its place. */
const LINES = [
  'mysql -pPASSWORD',
  'mysql -u root -pPASSWORD shop',
  'mysql -uroot -pPASSWORD -h db.example.com shop',
  "mysql -u root -p'PASSWORD'",
  'mysql -u root -p"PASSWORD"',
  'mysqldump --single-transaction -u root -pPASSWORD shop',
  'sqlcmd -S db.example.com -U sa -P PASSWORD',
  'sqlcmd -PPASSWORD -U sa',
  'bcp orders out f.csv -U sa -P PASSWORD',
  '-u user -p PASSWORD',
  '-p PASSWORD -u user',
  '-U user -P PASSWORD',
  'docker login -u me -p PASSWORD',
  'docker login -u me -p PASSWORD registry.example.com',
  'sudo docker login \\\n  -u me \\\n  -p PASSWORD',
  'curl -u user:PASSWORD https://x.example.com',
  'curl -uuser:PASSWORD https://x.example.com',
  "curl -u 'user:PASSWORD' https://x.example.com",
  'curl --user user:PASSWORD https://x.example.com',
  'curl -U me:PASSWORD https://x.example.com',
  'curl --proxy-user me:PASSWORD https://x.example.com',
  'curl --proxy-user=me:PASSWORD https://x.example.com',
  'http -a user:PASSWORD GET x.example.com',
  'skopeo copy --src-creds me:PASSWORD --dest-creds=you:other docker://x',
  'skopeo inspect --creds=me:PASSWORD docker://x',
  'sshpass -p PASSWORD ssh me@host',
  'sshpass -pPASSWORD ssh me@host',
  'redis-cli -h cache -a PASSWORD ping',
  'mongosh "mongodb://host" -u me -p PASSWORD',
  'ldapsearch -D cn=admin -w PASSWORD -x',
  'ldapsearch -x -wPASSWORD',
  'ipmitool -U me -P PASSWORD chassis',
  'az login --service-principal -u x -p PASSWORD --tenant y',
  'openssl enc -k PASSWORD',
  'zip -P PASSWORD a.zip',
  '7z x -pPASSWORD a.7z',
  'smbclient //host/share -U me%PASSWORD',
  'lftp -u me,PASSWORD host',
  'net use x: PASSWORD /user:me',
  'net use x: /user:me PASSWORD',
  'runas /user:me PASSWORD',
  'winrs -r:host -u:me -p:PASSWORD dir',
  'xfreerdp /u:me /p:PASSWORD /v:host',
  'cmdkey /add:host /user:me /pass:PASSWORD',
  'snmpget -v3 -A PASSWORD host',
  'htpasswd -b file me PASSWORD',
  'keytool -list -storepass PASSWORD',
  'keytool -list -keypass PASSWORD',
  'sqlplus me/PASSWORD',
  'twine upload -u me -p PASSWORD dist',
  'me PASSWORD',
  'me,PASSWORD',
  'me;PASSWORD',
  'me|PASSWORD',
  'me / PASSWORD',
  'me\tPASSWORD',
  'me\nPASSWORD',
  'user me pwd PASSWORD',
];

const CHOSEN = ['tiger-woods', 'correcthorse', ['Summer', '1950!'].join(''), ['hunt', 'er2'].join('')];

function redactor(value: string): Redactor {
  return new Redactor([{ name: 'api', value: new Secret(value) }]);
}

describe('a password that the user chose, in a command line', () => {
  it.each(LINES)('is taken out alone: %j', (line) => {
    for (const password of CHOSEN) {
      // A short one counts only as a token of its own, as a short password does everywhere.
      const encodings = password.length < 8 ? { 'as it is': (text: string) => text } : ENCODINGS;
      const known = redactor(line.replace('PASSWORD', password));
      for (const [how, encode] of Object.entries(encodings)) {
        const found = known.text(`it is (${encode(password)}) there`);
        expect(found.count, `${password} ${how}`).toBe(1);
        expect(found.text).not.toContain(encode(password).slice(0, 4));
      }
    }
  });

  it.each(LINES)('leaves names, hosts, paths, numbers and words of the command where they stand: %j', (line) => {
    const known = redactor(line.replace('PASSWORD', 'tiger-woods'));
    const others = {
      names: ['root', 'me', 'user', 'sa', 'admin', 'shop', 'orders', 'host', 'cache'],
      places: ['db.example.com', 'registry.example.com', 'https://x.example.com', '/user', 'f.csv', 3306, '5432'],
      words: 'mysql curl docker login sqlcmd upload get ping password',
    };
    expect(known.json(others)).toEqual({ value: others, count: 0 });
  });

  it.each(['mysql -u root -pPASSWORD', 'docker login -u me -p PASSWORD', 'curl -U me:PASSWORD x'])(
    'stays where it is a word that everybody tries: %j',
    (line) => {
      for (const password of ['test', 'root', 'admin', '1234']) {
        const text = `it is ${password} there`;
        expect(redactor(line.replace('PASSWORD', password)).text(text).text).toBe(text);
      }
    },
  );

  it('is no port, no address and no other option', () => {
    for (const line of [
      'psql -p 5432 -h db',
      'scp -P 22 a b',
      'curl -k https://x.example.com',
      'x -p -v',
      'nc -p 8080',
    ]) {
      expect([...secretParts(line)], line).toEqual([]);
    }
  });

  it('is found among any others, wherever it stands', () => {
    const option = fc.constantFrom('-v', '--quiet', '-h db', '--port 3306', '-o json', '-x', '--ssl-mode=required');
    const password = fc.stringMatching(/^[a-z]{4,8}[-!.][a-z]{4,8}$/);
    fc.assert(
      fc.property(
        fc.array(option),
        fc.array(option),
        password,
        fc.constantFrom('-p ', '-p', '-P ', '-w '),
        (a, b, p, o) => {
          const known = redactor(['tool', ...a, `${o}${p}`, ...b].join(' '));
          expect(known.text(`it is ${p} there`).text).toBe('it is [redacted:api] there');
        },
      ),
      { numRuns: runs(100) },
    );
  });
});
