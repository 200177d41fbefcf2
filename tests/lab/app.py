"""A small real application: serves a directory over HTTP/1.1, until it is killed.

    app.py PORT DIRECTORY

It stands behind a gateway in the tests; killing it is how an outage is made.
"""

import functools
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return self.client_address[0]


class Server(ThreadingHTTPServer):
    # It must be able to come back on its port at once.
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


port, directory = int(sys.argv[1]), sys.argv[2]
Server(("127.0.0.1", port), functools.partial(Handler, directory=directory)).serve_forever()
