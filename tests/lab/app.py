"""A small real application: serves a directory over HTTP/1.1, until it is killed.

    app.py PORT DIRECTORY

It stands behind a gateway in the tests; killing it is how an outage is made. A file PAGE.headers beside PAGE holds more
headers for its answers, one a line; PAGE.status holds the status of an error that is answered in its place.
"""

import functools
import os
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send_head(self):
        status = self.translate_path(self.path) + ".status"
        if os.path.isfile(status):
            with open(status) as file:
                return self.send_error(int(file.read()))
        return super().send_head()

    def end_headers(self):
        more = self.translate_path(self.path) + ".headers"
        if os.path.isfile(more):
            with open(more) as lines:
                for line in lines:
                    self.send_header(*line.strip().split(": ", 1))
        super().end_headers()

    def address_string(self):
        return self.client_address[0]


class Server(ThreadingHTTPServer):
    # It must be able to come back on its port at once.
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


port, directory = int(sys.argv[1]), sys.argv[2]
Server(("127.0.0.1", port), functools.partial(Handler, directory=directory)).serve_forever()
