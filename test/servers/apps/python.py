"""Handlers in the frameworks of Python: `python3 python.py FRAMEWORK PORT`. Each answer names its handler in a header."""
import logging
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

FRAMEWORK, PORT = sys.argv[1], int(sys.argv[2])


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve(app):
    make_server("127.0.0.1", PORT, app, server_class=Server, handler_class=Quiet).serve_forever()


def flask(strict):
    from flask import Flask, Response

    app = Flask(__name__)
    app.url_map.strict_slashes = strict
    routes = [
        ("/api/admin", "admin"),
        ("/api/admin/<path:rest>", "admin"),
        ("/api/secret", "secret"),
        ("/api/public/<id>", "public"),
    ]
    for index, (route, name) in enumerate(routes):
        app.add_url_rule(route, str(index), lambda name=name, **_: Response(name, headers={"handler": name}))
    app.register_error_handler(404, lambda _: (Response("other", headers={"handler": "other"}), 404))
    logging.getLogger("werkzeug").disabled = True
    return app


def django(routes_of):
    from django.conf import settings

    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="of no use",
        INSTALLED_APPS=["rest_framework"],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "UNAUTHENTICATED_USER": None,
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
    )
    logging.disable(logging.CRITICAL)
    import django as package
    from django.core.wsgi import get_wsgi_application

    package.setup()
    globals()["urlpatterns"] = routes_of()
    return get_wsgi_application()


def plain_routes():
    from django.http import HttpResponse
    from django.urls import path, re_path

    def view(name):
        return lambda _, **__: HttpResponse(name, headers={"handler": name})

    return [
        path("api/admin/", view("admin")),
        path("api/admin/<path:rest>", view("admin")),
        re_path(r"^api/secret/?$", view("secret")),
        path("api/public/<id>", view("public")),
    ]


def format_routes():
    from django.urls import path
    from rest_framework.decorators import api_view
    from rest_framework.response import Response
    from rest_framework.urlpatterns import format_suffix_patterns

    def view(name):
        @api_view(["GET"])
        def answer(_, format=None, **__):
            return Response(name, headers={"handler": name})

        return answer

    return format_suffix_patterns(
        [
            path("api/admin", view("admin")),
            path("api/admin/users", view("admin")),
            path("api/secret", view("secret")),
            path("api/public/<id>", view("public")),
        ]
    )


APPS = {
    "flask": lambda: flask(True),
    "flask-lenient": lambda: flask(False),
    "django": lambda: django(plain_routes),
    "django-formats": lambda: django(format_routes),
}
serve(APPS[FRAMEWORK]())
