"""Stands between an agent and a receiver: passes bytes on unread, counts them and keeps the first ones."""

import contextlib
import socket
import threading

_HEAD_BYTES_MAX = 16 * 1024


class Relay:
    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections = []
        self.port = self._listener.getsockname()[1]
        self.bytes_sent = 0  # towards the receiver
        self.head = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):  # It was closed.
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    client.close()
                    continue
                self._connections += [client, server]
                threading.Thread(target=self._pass, args=(client, server, self._count), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, lambda _: None), daemon=True).start()

    def _count(self, content):
        self.bytes_sent += len(content)
        self.head += content[:_HEAD_BYTES_MAX - len(self.head)]

    def _pass(self, source, sink, see):
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                see(content)
                sink.sendall(content)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (self._listener, *self._connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
