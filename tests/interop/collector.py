"""The agent pushing to an OpenTelemetry Collector, in every encoding, with and without gzip, TLS and a client's certificate.

One Collector has a receiver, a pipeline and a file for each way; each way has an agent of its own, at the same time.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import sys
import tempfile

from certificates import Certificates
from checks import Checks
from fleet import Fleet
from held import Held
from holds import Receiver, check_all
from leg import on_an_engine
from relay import Relay
from server import Server, free_port
from support import agent as log
from support.agent import BINARY, Agent

INTERVAL_MS = 2_000

# `tls`: none, server (only the receiver shows a certificate) or mutual.
Way = collections.namedtuple("Way", "name protocol compression tls")
WAYS = (
    Way("binary", "httpbinary", "none", "none"),
    Way("json-gzip", "httpjson", "gzip", "none"),
    Way("grpc", "grpc", "none", "none"),
    Way("binary-tls-gzip", "httpbinary", "gzip", "server"),
    Way("json-mtls", "httpjson", "none", "mutual"),
    Way("grpc-tls", "grpc", "none", "server"),
    Way("grpc-mtls-gzip", "grpc", "gzip", "mutual"),
)

# The first bytes of a connection show its kind.
_TLS_HANDSHAKE = b"\x16\x03"
_HTTP_2 = b"PRI * HTTP/2.0\r\n"


class OtelCollector(Server):
    def __init__(self, binary, ways, certificates):
        self.ports = {way.name: free_port() for way in ways}

        def command(directory, _):
            # JSON is YAML.
            (directory / "config.yaml").write_text(json.dumps(self._config(directory, ways, certificates)), encoding="utf-8")
            return [binary, "--config=file:config.yaml"]

        super().__init__("otelcol", command)

    def _config(self, directory, ways, certificates):
        receivers, exporters, pipelines = {}, {}, {}
        for way in ways:
            at = {"endpoint": f"127.0.0.1:{self.ports[way.name]}"}
            if way.tls != "none":
                at["tls"] = {"cert_file": str(certificates.server), "key_file": str(certificates.server_key)}
            if way.tls == "mutual":
                at["tls"]["client_ca_file"] = str(certificates.authority)
            receivers[f"otlp/{way.name}"] = {"protocols": {"grpc" if way.protocol == "grpc" else "http": at}}
            exporters[f"file/{way.name}"] = {"path": str(directory / f"{way.name}.jsonl"), "flush_interval": "100ms"}
            pipelines[f"metrics/{way.name}"] = {"receivers": [f"otlp/{way.name}"], "exporters": [f"file/{way.name}"]}
        telemetry = {"metrics": {"level": "none"}, "logs": {"level": "info"}}
        return {"receivers": receivers, "exporters": exporters, "service": {"pipelines": pipelines, "telemetry": telemetry}}

    def wait_started(self):
        self.wait_said("Everything is ready")


def settings(way, port, certificates):
    """The agent's settings, as environment variables."""
    # By name with TLS, by number without: the certificate has both.
    found = {"CSPY_OTLP_PROTO": way.protocol, "CSPY_OTLP_COMPRESSION": way.compression,
             "CSPY_OTLP_ENDPOINT": f"http://127.0.0.1:{port}" if way.tls == "none" else f"https://localhost:{port}"}
    if way.tls != "none":
        found["CSPY_OTLP_CERTIFICATE"] = str(certificates.authority)
    if way.tls == "mutual":
        found |= {"CSPY_OTLP_CLIENT_CERTIFICATE": str(certificates.client), "CSPY_OTLP_CLIENT_KEY": str(certificates.client_key)}
    return found


def check_wire(checks, way, relay):
    head = relay.head
    if way.tls != "none":
        checks.check(f"{way.name}: the wire has TLS", head.startswith(_TLS_HANDSHAKE), head[:3].hex(" "))
    elif way.protocol == "grpc":
        checks.check(f"{way.name}: the wire has HTTP/2", head.startswith(_HTTP_2), repr(head[:14]))
    else:
        lines = head.split(b"\r\n\r\n")[0].lower().split(b"\r\n")
        wanted = [b"content-type: application/" + (b"json" if way.protocol == "httpjson" else b"x-protobuf")]
        wanted += [b"content-encoding: gzip"] if way.compression == "gzip" else []
        checks.check(f"{way.name}: the wire has the headers", all(line in lines for line in wanted), b"; ".join(wanted).decode())


def check_size(checks, ways, relays, receivers):
    """Bytes per point on the wire: with gzip less than half of the smallest number without."""
    sizes = {way.name: relays[way.name].bytes_sent / max(1, receivers[way.name].held.invariants.points) for way in ways}
    plain = min((sizes[way.name] for way in ways if way.compression == "none"), default=None)
    for way in ways:
        if way.compression == "gzip" and plain:
            checks.check(f"{way.name}: gzip makes it smaller", sizes[way.name] < plain / 2, f"{sizes[way.name]:.0f} bytes a point, {plain:.0f} without")


def check_refused(checks, undo, engine, way, port, certificates, what, change):
    """With one setting changed, an agent must not be able to deliver."""
    environment = settings(way, port, certificates)
    for key, value in change.items():
        if value is None:
            environment.pop(key)
        else:
            environment[key] = str(value)
    agent = Agent(engine=engine.socket, interval_ms=INTERVAL_MS, environment=environment)
    undo.callback(agent.kill)
    with contextlib.suppress(AssertionError):
        agent.wait_message(log.UNDELIVERED, seconds=20)
    told = agent.said(log.UNDELIVERED)
    refused = told and not agent.said(log.FIRST_DELIVERED)
    checks.check(f"{way.name}: {what}", refused, told[0].get("error", "") if told else "nothing in the log")
    agent.kill()


def run(options, engine, undo):
    ways = [way for way in WAYS if way.name in (options.way or [each.name for each in WAYS])]
    directory = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="containerspy-certificates-")))
    certificates = Certificates(directory)
    otelcol = undo.enter_context(OtelCollector(options.collector, ways, certificates))
    checks = Checks()
    fleet = Fleet(engine, undo)
    otelcol.wait_started()
    print(f"Collector {options.version}, engine {engine.info['ServerVersion']} with cgroup v{engine.info.get('CgroupVersion', '1')}, {BINARY}", flush=True)

    relays, receivers = {}, {}
    for way in ways:
        relays[way.name] = undo.enter_context(Relay(otelcol.ports[way.name]))
        agent = Agent(engine=engine.socket, interval_ms=INTERVAL_MS, environment=settings(way, relays[way.name].port, certificates))
        undo.callback(agent.kill)
        receivers[way.name] = Receiver(way.name, Held(otelcol.directory / f"{way.name}.jsonl"), agent)
    check_all(checks, list(receivers.values()), fleet, INTERVAL_MS)
    for way in ways:
        check_wire(checks, way, relays[way.name])
    check_size(checks, ways, relays, receivers)
    for way in ways:
        if way.tls != "none":
            check_refused(checks, undo, engine, way, otelcol.ports[way.name], certificates, "an unknown authority is refused",
                          {"CSPY_OTLP_CERTIFICATE": certificates.stranger})
        if way.tls == "mutual":
            check_refused(checks, undo, engine, way, otelcol.ports[way.name], certificates, "without a client's certificate it is refused",
                          {"CSPY_OTLP_CLIENT_CERTIFICATE": None, "CSPY_OTLP_CLIENT_KEY": None})
    if checks.failed:
        for receiver in receivers.values():
            print(f"the end of the log of the agent of {receiver.name}:\n" + receiver.agent.log()[-1500:])
        print("the end of the Collector's log:\n" + otelcol.log()[-3000:])
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop collector", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--collector", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--version", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--way", action="append", choices=[way.name for way in WAYS], help="run only this one; may be repeated (default: all)")
    return on_an_engine(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
