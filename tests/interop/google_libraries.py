"""The agent pushing to a receiver of Google's libraries, in every encoding: gRPC by grpcio, protobuf and JSON by protobuf.

The user's headers arrive, and a round of thousands of containers comes in requests of less than the 4 MiB that receivers
of gRPC take.
"""

import argparse
import contextlib
import pathlib
import sys
import tempfile

from certificates import Certificates
from checks import Checks
from fleet import Fleet
from google_server import GoogleReceiver
from holds import Receiver, check_all
from leg import on_an_engine
from relay import Relay
from server import wait_for
from stand_in import StandIn
from support.agent import BINARY, Agent
from support.points import label

INTERVAL_MS = 2_000
MESSAGE_BYTES_MAX = 4 * 1024 * 1024

# The headers as the agent's setting has them, and as they must arrive.
HEADERS = "x-scope-orgid=tenant-1,authorization=Basic%20dXNlcjpwYXNz%3D%3D"
ARRIVING = {("x-scope-orgid", "tenant-1"), ("authorization", "Basic dXNlcjpwYXNz==")}


def check_metadata(checks, receiver):
    lines = [{tuple(pair) for pair in line.get("metadata", [])} for line in receiver.held.lines]
    without = [line for line in lines if not ARRIVING <= line]
    checks.check(f"{receiver.name}: the user's headers come with each request", lines and not without,
                 f"{len(lines) - len(without)} of {len(lines)}")
    agents = {value for line in lines for key, value in line if key == "user-agent"}
    checks.check(f"{receiver.name}: the agent names itself", len(agents) == 1 and agents.pop().startswith("ContainerSpy/"))
    refused = [line["refused"] for line in receiver.held.lines if "refused" in line]
    checks.check(f"{receiver.name}: Google's library reads everything", not refused, "; ".join(refused[:2]))


def check_gzip(checks, receiver, relay):
    size = sum(line["bytes"] for line in receiver.held.lines)
    checks.check(f"{receiver.name}: gzip makes it smaller", 0 < relay.bytes_sent < size / 3, f"{relay.bytes_sent} bytes on the wire for {size}")


def check_large(checks, undo, options, compression):
    """One round of many containers."""
    stand_in = undo.enter_context(StandIn(options.stand_in, "--containers", str(options.containers)))
    google = undo.enter_context(GoogleReceiver(options.python, {"large": "grpc"}))
    google.wait_started()
    agent = Agent(engine=stand_in.socket, endpoint=f"http://127.0.0.1:{google.ports['large']}", interval_ms=20_000,
                  environment={"CSPY_OTLP_PROTO": "grpc", "CSPY_OTLP_COMPRESSION": compression})
    undo.callback(agent.kill)
    with contextlib.suppress(AssertionError):
        agent.wait_message("round sent", seconds=120)
    held = google.held("large")
    names = lambda: {label(points[0], "name") for points in held.refresh().series.values()} - {""}
    with contextlib.suppress(TimeoutError):
        wait_for(lambda: len(names()) == options.containers, 60, "all containers", pause=1)
    name = f"{options.containers} containers, {compression}"
    sizes = [line["bytes"] for line in held.lines]
    checks.check(f"{name}: all arrive", len(names()) == options.containers, f"{len(names())} containers, {held.invariants.points} points")
    checks.check(f"{name}: each request is less than 4 MiB", sizes and max(sizes) <= MESSAGE_BYTES_MAX and sum(sizes) > MESSAGE_BYTES_MAX,
                 f"{len(sizes)} requests of at most {max(sizes, default=0)} bytes, {sum(sizes) / 1e6:.1f} MB in all")
    checks.check(f"{name}: everything received follows the rules", not held.invariants.violations, "; ".join(held.invariants.violations[:2]))
    agent.kill()


def run(options, engine, undo):
    directory = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="containerspy-certificates-")))
    certificates = Certificates(directory)
    plain = undo.enter_context(GoogleReceiver(options.python, {"grpc-gzip": "grpc", "binary-gzip": "http", "json-gzip": "http"}))
    mutual = undo.enter_context(GoogleReceiver(
        options.python, {"grpc-mtls": "grpc"}, "--server-certificate", certificates.server, "--server-key", certificates.server_key,
        "--client-authority", certificates.authority))
    checks = Checks()
    fleet = Fleet(engine, undo)
    version = plain.wait_started()
    mutual.wait_started()
    print(f"{version}, engine {engine.info['ServerVersion']} with cgroup v{engine.info.get('CgroupVersion', '1')}, {BINARY}", flush=True)

    relays, receivers = {}, []
    for name, port in plain.ports.items():
        relays[name] = undo.enter_context(Relay(port))
        protocol = {"grpc": "grpc", "binary": "httpbinary", "json": "httpjson"}[name.partition("-")[0]]
        agent = Agent(engine=engine.socket, endpoint=f"http://127.0.0.1:{relays[name].port}", interval_ms=INTERVAL_MS,
                      environment={"CSPY_OTLP_PROTO": protocol, "CSPY_OTLP_COMPRESSION": "gzip", "CSPY_OTLP_HEADERS": HEADERS})
        undo.callback(agent.kill)
        receivers.append(Receiver(name, plain.held(name), agent))
    # Its headers come from a file.
    (directory / "headers").write_text(HEADERS.replace(",", "\n") + "\n", encoding="ascii")
    agent = Agent(engine=engine.socket, endpoint=f"https://127.0.0.1:{mutual.ports['grpc-mtls']}", interval_ms=INTERVAL_MS, environment={
        "CSPY_OTLP_PROTO": "grpc", "CSPY_OTLP_HEADERS_FILE": str(directory / "headers"),
        "CSPY_OTLP_CERTIFICATE": str(certificates.authority),
        "CSPY_OTLP_CLIENT_CERTIFICATE": str(certificates.client), "CSPY_OTLP_CLIENT_KEY": str(certificates.client_key)})
    undo.callback(agent.kill)
    receivers.append(Receiver("grpc-mtls", mutual.held("grpc-mtls"), agent))

    check_all(checks, receivers, fleet, INTERVAL_MS)
    for receiver in receivers:
        check_metadata(checks, receiver)
        if receiver.name in relays:
            check_gzip(checks, receiver, relays[receiver.name])
    for compression in ("none", "gzip"):
        check_large(checks, undo, options, compression)
    if checks.failed:
        for receiver in receivers:
            print(f"the end of the log of the agent of {receiver.name}:\n" + receiver.agent.log()[-1500:])
        print("the end of the receivers' logs:\n" + plain.log()[-2000:] + mutual.log()[-2000:])
    return checks.status()


def main():
    parser = argparse.ArgumentParser(prog="scripts/interop google", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--stand-in", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--containers", type=int, default=2_000, help="how many containers the large round has (2000)")
    return on_an_engine(run, parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
