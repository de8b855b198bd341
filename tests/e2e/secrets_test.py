"""What a user has to keep secret is shown nowhere: not in the log, not in messages about what is wrong, not in files."""

import base64
import os
import pathlib
import resource
import secrets
import signal
import socketserver
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from support import agent as log
from support.agent import BINARY, Agent
from support.case import EngineCase
from support.receiver import refusal

# Made anew each time, and with what has to be percent-encoded in it.
SECRET = f"s3cr3t-{secrets.token_hex(6)}=/+"
_ENCODED = urllib.parse.quote(SECRET, safe="")
USER = "keeper"

# It might be shown as it is, as it was given, or as it is sent; also in part.
SHAPES = {SECRET, SECRET[:19], _ENCODED, base64.b64encode(f"{USER}:{SECRET}".encode()).decode(), base64.b64encode(SECRET.encode()).decode()}
HEADERS = f"authorization=Bearer%20{_ENCODED},x-api-key={_ENCODED}"
PROXY = f"http://{USER}:{_ENCODED}@127.0.0.1:"

# What people write when they get it wrong.
WRONG_HEADERS = (
    f"authorization: Bearer {SECRET}",
    f"Bearer {SECRET}",
    f"Bearer {SECRET}%zz",
    f"{SECRET[:19]}=",
    f"authorization=Bearer%20{SECRET}%zz",
    f"={_ENCODED}",
    f"authorization=Bearer {SECRET}\n\x01",
    f"x-api-key={_ENCODED},{_ENCODED}",
    f"content-type={_ENCODED}",
    f"authorization={_ENCODED},spa ce={_ENCODED}",
    f"authorization={_ENCODED};secure",
    f"authorization={_ENCODED * 3000}",
)
WRONG_URLS = (
    f"tcp://{USER}:{_ENCODED}@127.0.0.1:1",
    f"http://{USER}:{_ENCODED}@",
    f"http://{USER}:{SECRET}@127.0.0.1:1",
    f"http://{USER}:{_ENCODED}%zz@127.0.0.1:1",
    f"http://{USER}:{_ENCODED}@127.0.0.1:notaport",
    f"http://{USER}:{_ENCODED}@127.0.0.1:1/path?query",
    f"socks5://{USER}:{_ENCODED}@127.0.0.1:1",
    f"{USER}:{_ENCODED}@127.0.0.1:1",
    f"http://{_ENCODED}@127.0.0.1:1",
)


class _RefusingProxy(socketserver.ThreadingTCPServer):
    """Answers each request with 407, and remembers the first bytes of the last."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.head = b""
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.head = self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def found_in(text):
    return sorted(shape for shape in SHAPES if shape in text)


def inherited():
    """The environment without what might give the agent a secret that is not ours."""
    return {key: value for key, value in os.environ.items()
            if not key.startswith(("CSPY_", "OTEL_")) and key.lower() not in ("http_proxy", "https_proxy")}


class Quiet(unittest.TestCase):
    """Without an engine: what is said before anything is done."""

    def run_to_end(self, *arguments, environment=None):
        """All that it prints. It is ended where it runs."""
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            nowhere = {} if "DOCKER_HOST" in (environment or {}) else {"CSPY_DOCKER_SOCKET": directory + "/none"}
            process = subprocess.Popen([BINARY, "--log-level", "debug", *arguments], cwd=directory,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
                                       env={**inherited(), **nowhere, **(environment or {})})
            try:
                output, _ = process.communicate(timeout=0.3)
            except subprocess.TimeoutExpired:
                process.terminate()
                output, _ = process.communicate(timeout=10)
        return output

    def assert_quiet(self, output, what):
        self.assertTrue(output, f"{what}: nothing was said")
        # The failure would show it otherwise.
        self.assertEqual(len(found_in(output)), 0, f"{what}: the secret is in the output:\n{output}")

    def test_print_config_hides_what_each_source_gives(self):
        sources = {
            "environment": ((), {"CSPY_OTLP_HEADERS": HEADERS, "CSPY_HTTPS_PROXY": PROXY + "1", "CSPY_HTTP_PROXY": PROXY + "1"}),
            "ambient": ((), {"OTEL_EXPORTER_OTLP_HEADERS": HEADERS, "HTTPS_PROXY": PROXY + "1", "http_proxy": PROXY + "1"}),
            "flags": (("--otlp-headers", HEADERS, "--https-proxy", PROXY + "1", "--http-proxy", PROXY + "1"), {}),
        }
        for name, (arguments, environment) in sources.items():
            with self.subTest(name):
                output = self.run_to_end("--print-config", *arguments, environment=environment)
                self.assertIn("otlp_headers", output)
                self.assert_quiet(output, name)

    def test_print_config_hides_what_a_file_gives(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.write(f'{{otlp_headers: "{HEADERS}", https_proxy: "{PROXY}1"}}')
            file.flush()
            output = self.run_to_end("--print-config", "--config", file.name)
        self.assertIn("otlp_headers", output)
        self.assert_quiet(output, "file")

    def test_wrong_headers_are_not_shown(self):
        for wrong in WRONG_HEADERS:
            with self.subTest(wrong[:60]):
                self.assert_quiet(self.run_to_end("--otlp-headers", wrong), "flag")
                for variable in ("CSPY_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"):
                    self.assert_quiet(self.run_to_end(environment={variable: wrong}), variable)
                    self.assert_quiet(self.run_to_end("--print-config", environment={variable: wrong}), variable)

    def test_wrong_urls_are_not_shown(self):
        for setting in ("CSPY_HTTPS_PROXY", "CSPY_HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "CSPY_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT",
                        "CSPY_DOCKER_SOCKET", "DOCKER_HOST", "--https-proxy", "--http-proxy", "--otlp-endpoint", "--docker-socket"):
            for wrong in WRONG_URLS:
                with self.subTest(setting, value=wrong):
                    given = ([setting, wrong], {}) if setting.startswith("--") else ([], {setting: wrong})
                    self.assert_quiet(self.run_to_end(*given[0], environment=given[1]), setting)
                    self.assert_quiet(self.run_to_end("--print-config", *given[0], environment=given[1]), setting)

    def test_wrong_files_are_not_shown(self):
        contents = {"--otlp-headers-file": [wrong + "\n" for wrong in WRONG_HEADERS] + [SECRET, "\x00\xff" + SECRET],
                    "--otlp-client-key": [SECRET, f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n"],
                    "--otlp-client-certificate": [SECRET], "--otlp-certificate": [SECRET],
                    "--config": [f'{{otlp_headers: "{HEADERS}"', f'{{otlp_headers: ["{_ENCODED}"]}}', f'{{otlp_headers: {SECRET}}}',
                                 f'{{otlp_headers: "{WRONG_HEADERS[0]}"}}', f'{{otlp_header: "{HEADERS}"}}', f'{{https_proxy: "{WRONG_URLS[2]}"}}']}
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            path = pathlib.Path(directory, "file")
            for flag, texts in contents.items():
                for text in texts:
                    with self.subTest(flag, text=text[:60]):
                        path.write_text(text, encoding="utf-8")
                        self.assert_quiet(self.run_to_end(flag, str(path), "--otlp-endpoint", "https://127.0.0.1:1"), flag)
                        self.assert_quiet(self.run_to_end(flag, str(path), "--print-config"), flag)

    def core_of_a_crash(self, *arguments):
        """The core dump of an agent that is made to crash; None where it leaves none."""
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            unlimited = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
            agent = subprocess.Popen([BINARY, "--docker-socket", f"{directory}/no.sock", *arguments], cwd=directory, env=inherited(),
                                     stderr=subprocess.PIPE, preexec_fn=unlimited)  # noqa: PLW1509 (it takes no lock)
            with agent.stderr:
                agent.stderr.readline()
                agent.send_signal(signal.SIGABRT)
                agent.wait(20)
            return next((core.read_bytes() for core in pathlib.Path(directory).glob("core*")), None)

    @unittest.skipIf(os.getuid() != 0, "only root can lift the limit of core dumps for certain")
    @unittest.skipUnless(pathlib.Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii").startswith("core"),
                         "this machine puts core dumps elsewhere")
    def test_a_crash_leaves_no_secret_in_a_core(self):
        self.assertIsNotNone(self.core_of_a_crash(), "without a secret there is a core, or the next line would prove nothing")
        self.assertIsNone(self.core_of_a_crash("--otlp-headers", HEADERS))
        self.assertIsNone(self.core_of_a_crash("--https-proxy", PROXY + "1"))


class Running(EngineCase):
    """With an engine, a receiver and failures."""

    def run_quietly(self, message, environment, arguments=(), endpoint=None):
        """Runs an agent until it has said something; checks all that it said and wrote down."""
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as queue:
            agent = Agent(engine=self.engine.socket, endpoint=endpoint or self.receiver.endpoint, interval_ms=self.interval_ms,
                          arguments=arguments, environment={"CSPY_QUEUE_DIR": queue, **environment})
            self.own(agent)
            agent.wait_message(message)
            agent.wait_rounds(2)
            agent.stop()
            written = [path for path in pathlib.Path(queue).rglob("*") if path.is_file()
                       and any(shape.encode() in path.read_bytes() for shape in SHAPES)]
        self.assertEqual(written, [])
        self.assertEqual(len(found_in(agent.log())), 0, f"the secret is in the log:\n{agent.log()}")
        return agent

    def arrived(self):
        """The headers that the receiver was sent last."""
        with self.receiver.changed:
            return dict(self.receiver.headers)

    def test_headers_that_are_accepted(self):
        self.run_quietly(log.FIRST_DELIVERED, {"CSPY_OTLP_HEADERS": HEADERS})
        # It would be no secret if it was not sent.
        self.assertEqual(self.arrived().get("authorization"), f"Bearer {SECRET}")

    def test_headers_that_are_refused(self):
        for status in (401, 403, 400, 503):
            with self.subTest(status):
                self.receiver.answer_with(refusal(status, "who are you?"))
                self.run_quietly(log.UNDELIVERED, {"CSPY_OTLP_HEADERS": HEADERS})

    def test_headers_that_are_refused_wherever_they_come_from(self):
        self.receiver.answer_with(refusal(401, "who are you?"))
        with tempfile.NamedTemporaryFile("w", encoding="ascii") as file:
            file.write(HEADERS.replace(",", "\n") + "\n")
            file.flush()
            sources = {"flag": ({}, ("--otlp-headers", HEADERS)), "file": ({"CSPY_OTLP_HEADERS_FILE": file.name}, ()),
                       "ambient": ({"OTEL_EXPORTER_OTLP_HEADERS": HEADERS}, ()),
                       "ambient, for metrics": ({"OTEL_EXPORTER_OTLP_METRICS_HEADERS": HEADERS}, ())}
            for name, (environment, arguments) in sources.items():
                with self.subTest(name):
                    with self.receiver.changed:
                        self.receiver.headers = []
                    self.run_quietly(log.UNDELIVERED, environment, arguments)
                    self.assertEqual(self.arrived().get("x-api-key"), SECRET)

    def test_a_file_of_headers_that_is_rotated_into_something_wrong(self):
        with tempfile.TemporaryDirectory(prefix="containerspy-e2e-") as directory:
            path = pathlib.Path(directory, "headers")
            path.write_text(HEADERS.replace(",", "\n"), encoding="ascii")
            agent = Agent(engine=self.engine.socket, endpoint=self.receiver.endpoint, interval_ms=self.interval_ms,
                          environment={"CSPY_OTLP_HEADERS_FILE": str(path)})
            self.own(agent)
            agent.wait_message(log.FIRST_DELIVERED)
            self.assertEqual(self.arrived().get("x-api-key"), SECRET)
            for wrong in WRONG_HEADERS:
                path.write_text(wrong, encoding="utf-8")
                agent.wait_rounds(2)
            path.unlink()
            agent.wait_rounds(2)
            agent.stop()
        self.assertEqual(len(found_in(agent.log())), 0, f"the secret is in the log:\n{agent.log()}")

    def test_a_proxy_that_refuses_its_user(self):
        with _RefusingProxy() as proxy:
            self.addCleanup(proxy.shutdown)
            url = PROXY + str(proxy.server_address[1])
            for variable, endpoint in (("CSPY_HTTPS_PROXY", "https://receiver.invalid:4318"), ("CSPY_HTTP_PROXY", "http://receiver.invalid:4318"),
                                       ("HTTPS_PROXY", "https://receiver.invalid:4318")):
                for protocol in ("httpbinary", "grpc"):
                    with self.subTest(variable, protocol=protocol):
                        agent = self.run_quietly(log.UNDELIVERED, {variable: url, "CSPY_OTLP_PROTO": protocol}, endpoint=endpoint)
                        self.assertIn("407", agent.said(log.UNDELIVERED)[0]["error"])
                        self.assertIn(base64.b64encode(f"{USER}:{SECRET}".encode()), proxy.head)

    def test_a_proxy_that_is_not_there(self):
        self.run_quietly(log.UNDELIVERED, {"CSPY_HTTPS_PROXY": PROXY + "1"}, endpoint="https://receiver.invalid:4318")
