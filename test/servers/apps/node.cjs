// Handlers in the frameworks of Node: `node node.cjs FRAMEWORK PORT`. Each answer names its handler in a header.
const http = require('node:http');
const path = require('node:path');

const [framework, portText] = process.argv.slice(2);
const port = Number(portText);
const host = '127.0.0.1';

/** Paths as Express and Koa write them. */
const ROUTES = [
  ['/api/admin', 'admin'],
  ['/api/admin/:a', 'admin'],
  ['/api/admin/:a/:b', 'admin'],
  ['/api/secret', 'secret'],
  ['/api/public', 'public'],
  ['/api/public/:id', 'public'],
];

function express(name) {
  const app = require(name)();
  const answer = (handler) => (_request, response) => response.set('handler', handler).send(handler);
  for (const [route, handler] of ROUTES) app.get(route, answer(handler));
  app.use(answer('other'));
  app.listen(port, host);
}

function fastify(options) {
  const app = require('fastify')(options);
  const answer = (handler) => (_request, reply) => reply.header('handler', handler).send(handler);
  for (const [route, handler] of ROUTES) app.get(route, answer(handler));
  app.setNotFoundHandler(answer('other'));
  return app.listen({ port, host });
}

function koa() {
  const Koa = require('koa');
  const { default: Router = require('@koa/router') } = require('@koa/router');
  const router = new Router();
  const answer = (handler) => (context) => {
    context.set('handler', handler);
    context.body = handler;
  };
  for (const [route, handler] of ROUTES) router.get(route, answer(handler));
  new Koa().use(router.routes()).use(answer('other')).listen(port, host);
}

function hapi(router) {
  const server = require('@hapi/hapi').server({ port, host, router });
  for (const [route, handler] of [...ROUTES, ['/:any*', 'other']]) {
    const hapiPath = route.replace(/:(\w+)(\*?)/g, '{$1$2}');
    server.route({
      method: 'GET',
      path: hapiPath,
      handler: (_request, toolkit) => toolkit.response(handler).header('handler', handler),
    });
  }
  return server.start();
}

/** Servers without a framework, by the path as they read it. */
function byHand(read) {
  http
    .createServer((request, response) => {
      const handler = handlerOf(read(request.url));
      response.setHeader('handler', handler);
      response.end(handler);
    })
    .listen(port, host);
}

function handlerOf(pathname) {
  if (/^\/api\/admin(\/|$)/.test(pathname)) return 'admin';
  if (/^\/api\/secret\/?$/.test(pathname)) return 'secret';
  return pathname.startsWith('/api/public') ? 'public' : 'other';
}

function decoded(target) {
  const [pathname] = target.split('?');
  try {
    return decodeURIComponent(pathname);
  } catch {
    return '/not-decodable';
  }
}

const SERVERS = {
  express4: () => express('express4'),
  express5: () => express('express5'),
  fastify: () => fastify({}),
  'fastify-lenient': () =>
    fastify({
      routerOptions: {
        caseSensitive: false,
        ignoreTrailingSlash: true,
        ignoreDuplicateSlashes: true,
        useSemicolonDelimiter: true,
      },
    }),
  koa,
  hapi: () => hapi({}),
  'hapi-lenient': () => hapi({ isCaseSensitive: false, stripTrailingSlash: true }),
  'node-url': () => byHand((target) => new URL(target, 'http://host').pathname),
  'node-decoded': () => byHand((target) => path.posix.normalize(decoded(target)).toLowerCase()),
  'node-decoded-url': () => byHand((target) => new URL(decoded(target), 'http://host').pathname),
  'node-form-decoded': () =>
    byHand((target) =>
      decoded(target.replaceAll('+', ' '))
        .split('/')
        .map((segment) => segment.trim())
        .join('/'),
    ),
};

SERVERS[framework]();
