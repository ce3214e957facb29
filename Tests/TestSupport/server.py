"""A TLS server that behaves and misbehaves, and a proxy, for the tests of downloads.

usage: server.py FOLDER CERTIFICATE KEY LOG PORTS

Serves the files of FOLDER under https://localhost:PORT/MODE/NAME; when it is ready, both ports (server, proxy) are in PORTS.
LOG gets one line for each request: method, path, Range or -, If-Range or -, the status sent, the bytes of the body sent.
"""

import http.server
import os
import pathlib
import socket
import ssl
import sys
import threading

FOLDER, CERTIFICATE, KEY, LOG, PORTS = sys.argv[1:]
counts = {}
lock = threading.Lock()


def log(*words):
    with lock, open(LOG, "a") as file:
        print(*words, file=file)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        mode, _, name = self.path.lstrip("/").partition("/")
        with lock:
            time = counts[self.path] = counts.get(self.path, 0) + 1
        data = (pathlib.Path(FOLDER) / name).read_bytes()
        if mode == "missing":
            return self.answer(404, b"no such file")
        if mode == "busy" and time == 1:
            return self.answer(503, b"later")
        if mode == "redirect":
            return self.answer(302, b"", {"Location": f"/ok/{name}"})
        if mode == "plain":
            return self.answer(302, b"", {"Location": f"http://localhost:{PORT}/ok/{name}"})
        if mode == "html":
            return self.answer(200, b"<!DOCTYPE html><title>Sign in</title>")
        if mode == "other":
            data = (pathlib.Path(FOLDER) / "autoencoder.pth").read_bytes()
        if mode == "short":
            return self.answer(200, data[: len(data) // 2])
        if mode == "damaged":
            data = data[:1000] + b"\0" * 1000 + data[2000:]
        version = '"two"' if mode == "changed" and time > 1 else '"one"'
        status, start = 200, 0
        asked = self.headers.get("Range")
        if asked and mode != "whole" and self.headers.get("If-Range", version) == version:
            status, start = 206, int(asked.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        body = data[start:]
        headers = {"ETag": version}
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        cut = {"drop": time == 1, "changed": time == 1, "whole": time == 1, "slow": True, "never": True}.get(mode, False)
        if mode == "long":
            return self.answer(status, body, headers, len(body), announced=len(body) + 1000)
        self.answer(status, body, headers, 0 if mode == "never" else len(body) // 2 if cut else None, mode == "slow")

    def answer(self, status, body, headers={}, cut=None, stalls=False, announced=None):
        """Sends it all, or the first `cut` bytes of a body that was announced whole, and closes."""
        sent = body if cut is None else body[:cut]
        log("GET", self.path, self.headers.get("Range", "-"), self.headers.get("If-Range", "-"), status, len(sent))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(announced or len(body)))
        self.end_headers()
        self.wfile.write(sent)
        self.wfile.flush()
        if stalls:
            threading.Event().wait(60)
        if cut is not None:
            self.close_connection = True


def relay(source, target):
    try:
        while data := source.recv(1 << 16):
            target.sendall(data)
    except OSError:
        pass
    target.shutdown(socket.SHUT_WR) if target.fileno() >= 0 else None


def proxied(client):
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(4096)
    method, place, _ = request.split(b"\r\n")[0].decode().split()
    log(method, place)
    host, port = place.split(":")
    server = socket.create_connection((host, int(port)))
    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    threading.Thread(target=relay, args=(client, server), daemon=True).start()
    relay(server, client)


def proxy(listener):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=proxied, args=(client,), daemon=True).start()


server = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
server.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server.socket = context.wrap_socket(server.socket, server_side=True)
PORT = server.server_address[1]
listener = socket.create_server(("localhost", 0))
threading.Thread(target=proxy, args=(listener,), daemon=True).start()
pathlib.Path(PORTS + ".new").write_text(f"{PORT} {listener.getsockname()[1]}")
os.rename(PORTS + ".new", PORTS)
server.serve_forever()
