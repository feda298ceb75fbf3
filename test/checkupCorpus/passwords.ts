const WEAK = (
  'Admin2024! Welcome123 Password123! P@ssword1 Passw0rd1 Winter2025! Spring2024 Herbst2023! Sommer!24 Berlin2024 London123! ' +
  'Qwerty1! asdf1234 letmein123 sunshine princess superman batman1 football1 baseball dragon123 shadow99 master123 ' +
  'welcome changeme1 temp1234 Temp123! Initial1! default123 oracle123 sap12345 mysql123 mongo123 redis123 elastic1 ' +
  'guest123 user1234 manager1 service1 support1 backup123 root1234 toor123 administrator Admin123 secret1! test123! ' +
  'Company123! acme2024 hallo123 passwort1 contrasena1'
).split(' ');

/** Passwords that the user thought up and another one would try, beside a host that is somebody's. */
export const guessable: readonly unknown[] = WEAK.flatMap((password, index) => {
  const host = ['db.corp.internal', '10.20.0.4', 'sql.firma.de', 'nas.local'][index % 4] ?? '';
  return [
    { command: 's', env: { DB_HOST: host, DB_PASSWORD: password } },
    { command: 's', env: { DATABASE_URL: `postgresql://svc_app:${encodeURIComponent(password)}@${host}:5432/erp` } },
  ];
});

/** The same kind of password where nobody is reached with it: in examples. */
export const examples: readonly unknown[] = [
  'password',
  'postgres',
  'secret',
  'admin',
  'changeme',
  'test1234',
  'root',
].flatMap((password) => [
  { command: 's', env: { DB_PASSWORD: password } },
  { command: 's', env: { DB_HOST: 'localhost', DB_PASSWORD: password } },
  { command: 's', env: { DB_HOST: 'your-host', DB_PASSWORD: password } },
  { command: 's', env: { DATABASE_URL: `postgresql://app:${password}@localhost:5432/app` } },
  { command: 's', env: { DATABASE_URL: `postgresql://user:${password}@host:5432/app` } },
  { command: 's', env: { DATABASE_URL: `postgresql://app:${password}@db.example.com:5432/app` } },
  { command: 's', env: { DATABASE_URL: `postgresql://app:${password}@postgres:5432/app` } },
  { command: 's', env: { DATABASE_URL: `mongodb+srv://user:${password}@cluster0.xxxxx.mongodb.net` } },
]);
