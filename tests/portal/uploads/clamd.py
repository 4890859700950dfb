"""A scanner that speaks clamd's protocol on a free port."""

import socketserver
import threading
import time
from contextlib import contextmanager

BAD = b"BAD-AS-THE-SCANNER-KNOWS-IT"  # no real signature: this machine's own scanner would see it


class Scanner(socketserver.ThreadingTCPServer):
    """Speaks INSTREAM as clamd does; `says` replaces its verdict, `slowly` are the
    seconds that it takes for each letter of it, `most` the bytes that it looks at."""

    allow_reuse_address = daemon_threads = True
    says, slowly, most = "", 0.0, 10**9

    def __init__(self):
        self.heard: list[int] = []
        super().__init__(("127.0.0.1", 0), Asked)


class Asked(socketserver.StreamRequestHandler):
    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        whole = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            whole += self.rfile.read(size)
        self.server.heard.append(len(whole))
        verdict = "stream: Win.Test.Bad FOUND" if BAD in whole else "stream: OK"
        if len(whole) > self.server.most:
            verdict = "INSTREAM size limit exceeded. ERROR"
        for letter in (self.server.says or verdict) + "\0":
            time.sleep(self.server.slowly)
            self.wfile.write(letter.encode())


@contextmanager
def running():
    with Scanner() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
