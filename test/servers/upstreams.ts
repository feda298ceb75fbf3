import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A real server, or a proxy before the plain one of Node. */
export interface Upstream {
  readonly name: string;
  /** What it needs of Debian. */
  readonly packages: readonly string[];
  /** Prepares its files in an empty folder and says how it is started, in the foreground. */
  readonly start: (place: Place) => readonly [command: string, ...args: string[]];
}

export interface Place {
  readonly port: number;
  /** Where `node-url` listens, for proxies. */
  readonly backend: number;
  readonly folder: string;
}

/** Packages of npm's, by the names under which test/servers/apps/node.cjs knows them. */
export const NPM_PACKAGES: Readonly<Record<string, string>> = {
  express4: 'npm:express@4',
  express5: 'npm:express@5',
  fastify: '5',
  koa: '3',
  '@koa/router': '14',
  '@hapi/hapi': '21',
};

const app = (name: string): string => fileURLToPath(new URL(`./apps/${name}`, import.meta.url));

/** The server that proxies stand before; it runs all the time. */
export const BACKEND = 'node-url';

const NODE = [
  'express4',
  'express5',
  'fastify',
  'fastify-lenient',
  'koa',
  'hapi',
  'hapi-lenient',
  BACKEND,
  'node-decoded',
  'node-decoded-url',
  'node-form-decoded',
].map((name): Upstream => node(name));

function node(name: string): Upstream {
  return {
    name,
    packages: [],
    // The file lies beside its packages, where Node looks for them.
    start: ({ port }) => [process.execPath, 'node.cjs', name, String(port)],
  };
}

const PYTHON = ['flask', 'flask-lenient', 'django', 'django-formats'].map(
  (name): Upstream => ({
    name,
    packages: ['python3', 'python3-flask', 'python3-django', 'python3-djangorestframework'],
    start: ({ port }) => ['/usr/bin/python3', app('python.py'), name, String(port)],
  }),
);

const RUBY = ['rack', 'sinatra', 'grape'].map(
  (name): Upstream => ({
    name,
    packages: ['ruby', 'ruby-rack', 'ruby-webrick', 'ruby-sinatra', 'ruby-grape'],
    start: ({ port }) => ['/usr/bin/ruby', app('ruby.rb'), name, String(port)],
  }),
);

const PHP: Upstream = {
  name: 'php',
  packages: ['php-cli'],
  start: ({ port }) => ['/usr/bin/php', '-S', `127.0.0.1:${port}`, app('route.php')],
};

const TOMCAT: Upstream = {
  name: 'tomcat',
  packages: ['default-jdk-headless', 'libtomcat10-embed-java'],
  start: ({ port, folder }) => {
    const jars = '/usr/share/java/tomcat10-embed-core.jar:/usr/share/java/tomcat10-annotations-api.jar';
    return ['java', '-cp', jars, app('Embedded.java'), String(port), folder];
  },
};

/** Files whose texts name the handler that they stand for. */
function writeFiles(folder: string): string {
  const root = path.join(folder, 'files');
  mkdirSync(path.join(root, 'api/admin'), { recursive: true });
  mkdirSync(path.join(root, 'api/public'), { recursive: true });
  const files = { 'admin/index.html': 'admin', 'admin/users': 'admin', 'secret.html': 'secret', 'public/7': 'public' };
  for (const [name, handler] of Object.entries(files))
    writeFileSync(path.join(root, 'api', name), `handler=${handler}`);
  return root;
}

/** The inside of nginx's `server`, by what it is about. */
const NGINX: Readonly<Record<string, (place: Place) => string>> = {
  exact: () => `
    location = /api/admin { add_header handler admin; return 200; }
    location /api/admin/ { add_header handler admin; return 200; }
    location = /api/secret { add_header handler secret; return 200; }
    location /api/public { add_header handler public; return 200; }
    location / { add_header handler other; return 200; }`,
  'without-case': () => `
    location ~* ^/api/admin(/|$) { add_header handler admin; return 200; }
    location ~* ^/api/secret/?$ { add_header handler secret; return 200; }
    location /api/public { add_header handler public; return 200; }
    location / { add_header handler other; return 200; }`,
  proxy: ({ backend }) => `location / { proxy_pass http://127.0.0.1:${backend}; }`,
  'proxy-uri': ({ backend }) => `location / { proxy_pass http://127.0.0.1:${backend}$uri; }`,
  'proxy-captured': ({ backend }) => `location ~ ^/api/(.*)$ { proxy_pass http://127.0.0.1:${backend}/api/$1; }`,
  'proxy-prefix': ({ backend }) => `location /api/ { proxy_pass http://127.0.0.1:${backend}/api/; }`,
  rewrite: ({ backend }) => `
    rewrite ^/api/(.*)$ /api/$1 break;
    location / { proxy_pass http://127.0.0.1:${backend}; }`,
  files: ({ folder }) => `root ${writeFiles(folder)}; location / { try_files $uri $uri.html $uri/ =404; }`,
};

function nginx([name, inside]: readonly [string, (place: Place) => string]): Upstream {
  return {
    name: `nginx-${name}`,
    packages: ['nginx-light'],
    start: (place) => {
      const file = path.join(place.folder, 'nginx.conf');
      const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const temporary = folders.map((kind) => `${kind}_temp_path ${place.folder}/${kind};`).join(' ');
      writeFileSync(
        file,
        `daemon off; master_process off; pid ${place.folder}/pid; error_log ${place.folder}/error.log;
events { worker_connections 64; }
http { access_log off; default_type text/html; ${temporary}
  server { listen 127.0.0.1:${place.port};${inside(place)} } }\n`,
      );
      return ['/usr/sbin/nginx', '-c', file];
    },
  };
}

/** What Apache does besides serving files, by what it is about. */
const APACHE: Readonly<Record<string, (place: Place) => string>> = {
  proxy: ({ backend }) => `ProxyPass / http://127.0.0.1:${backend}/`,
  rewrite: ({ backend }) => `RewriteEngine On\nRewriteRule ^/api/(.*)$ http://127.0.0.1:${backend}/api/$1 [P]`,
  multiviews: () => 'Options +MultiViews',
  speling: () => 'CheckSpelling On\nCheckCaseOnly On\nOptions +MultiViews',
};

function apache([name, inside]: readonly [string, (place: Place) => string]): Upstream {
  return {
    name: `apache-${name}`,
    packages: ['apache2-bin'],
    start: (place) => {
      const { folder, port } = place;
      const file = path.join(folder, 'httpd.conf');
      const modules = [
        'mpm_event',
        'authz_core',
        'dir',
        'mime',
        'negotiation',
        'rewrite',
        'proxy',
        'proxy_http',
        'speling',
      ];
      const load = modules.map((module) => `LoadModule ${module}_module /usr/lib/apache2/modules/mod_${module}.so\n`);
      writeFileSync(
        file,
        `ServerRoot ${folder}\nPidFile ${folder}/pid\nErrorLog ${folder}/error.log\nServerName localhost
Listen 127.0.0.1:${port}\n${load.join('')}TypesConfig /dev/null\nAddType text/html .html
User www-data\nGroup www-data\nDocumentRoot ${writeFiles(folder)}\n<Location />\nRequire all granted\n</Location>
<VirtualHost *>\nDocumentRoot ${folder}/files\n<Directory ${folder}/files>\nDirectoryIndex index.html
${name === 'multiviews' || name === 'speling' ? inside(place) : ''}
</Directory>\n${name === 'multiviews' || name === 'speling' ? '' : inside(place)}\n</VirtualHost>\n`,
      );
      return ['/usr/sbin/apache2', '-X', '-f', file];
    },
  };
}

export const UPSTREAMS: readonly Upstream[] = [
  ...NODE,
  ...PYTHON,
  ...RUBY,
  PHP,
  TOMCAT,
  ...Object.entries(NGINX).map(nginx),
  ...Object.entries(APACHE).map(apache),
];
