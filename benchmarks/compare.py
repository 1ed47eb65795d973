"""refnet beside QEMU in the same run: start, round trip, TCP through a real kernel.

    python benchmarks/compare.py [--runs N] [--mebibytes N]

Each figure is measured for both in turn, as many times as asked for; what counts is the ratio of
the medians, since machines differ and are busy. Needs root or user namespaces, curl and QEMU.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from vnetspec.fixtures.frames import arp_request
from vnetspec.fixtures.kernel_guest import REFNET, Place, listens, needed, serving, world
from vnetspec.fixtures.targets.contract import Network, Target
from vnetspec.fixtures.targets.process import Qemu, RefnetProcess

QEMU = ("qemu-system-x86_64",)

WEB_SERVER = """
import http.server, socketserver
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        size = int(self.path.strip("/"))
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        block = bytes(1 << 20)
        while size:
            size -= self.wfile.write(block[:size])
    def do_PUT(self):
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, 1 << 20)))
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
Server(("127.0.0.1", 8080), Handler).serve_forever()
"""


def start(target: Target) -> float:
    """Seconds from starting the process to its first ARP reply."""
    with tempfile.TemporaryDirectory() as name:
        begin = time.perf_counter()
        link = target.open(Network(), Path(name))
        link.send(bytes(arp_request("10.0.2.2")))
        assert link.receive(patience=10.0) is not None
        taken = time.perf_counter() - begin
        link.close()
    return taken


def round_trip(target: Target) -> float:
    """Seconds for an ARP request and its reply: the median of 1000."""
    question = bytes(arp_request("10.0.2.2"))
    with tempfile.TemporaryDirectory() as name:
        link = target.open(Network(), Path(name))
        taken = []
        for _ in range(1000):
            begin = time.perf_counter()
            link.send(question)
            assert link.receive(patience=10.0) is not None
            taken.append(time.perf_counter() - begin)
        link.close()
    return statistics.median(taken)


def transfer(program: tuple[str, ...], mebibytes: int) -> tuple[float, float]:
    """Seconds to bring ``mebibytes`` to the guest, and from it, by curl on a real kernel."""
    size = mebibytes << 20
    with tempfile.TemporaryDirectory() as name, world(Path(name), program=program) as here:
        here.lease()
        with web_server(here.host):
            curl = [needed("curl", "curl"), "--silent", "--fail", "--output", "/dev/null"]
            url = f"http://10.0.2.2:8080/{size}"
            down = timed(lambda: here.guest.run(*curl, url))
            sample = Path(name, "sample")
            sample.write_bytes(b"")
            with sample.open("r+b") as file:
                file.truncate(size)
            up = timed(lambda: here.guest.run(*curl, "--upload-file", str(sample), url))
    return down, up


def web_server(host: Place):  # type: ignore[no-untyped-def]
    """Zeros to GET, and a sink to PUT."""
    return serving(host, sys.executable, "-c", WEB_SERVER, ready=lambda: listens(host, 8080))


def timed(action: Callable[[], object]) -> float:
    """Seconds that ``action`` takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def main() -> None:
    options = argparse.ArgumentParser(description="Measure refnet beside QEMU.")
    options.add_argument("--runs", type=int, default=5, help="pairs of runs (default: 5)")
    options.add_argument("--mebibytes", type=int, default=100, help="to transfer (default: 100)")
    given = options.parse_args()

    ours, theirs = RefnetProcess(), Qemu()
    figures: dict[str, list[tuple[float, float]]] = {}
    for _ in range(given.runs):
        figures.setdefault("start to first reply, ms", []).append((start(ours), start(theirs)))
        figures.setdefault("round trip, ms", []).append((round_trip(ours), round_trip(theirs)))
        refnet, qemu = transfer(REFNET, given.mebibytes), transfer(QEMU, given.mebibytes)
        figures.setdefault("TCP to the guest, s", []).append((refnet[0], qemu[0]))
        figures.setdefault("TCP from the guest, s", []).append((refnet[1], qemu[1]))

    print(f"refnet beside {theirs.version()}, medians of {given.runs}")
    print(f"{'':26} {'refnet':>9} {'QEMU':>9} {'ratio':>7}")
    for name, pairs in figures.items():
        scale = 1000 if name.endswith("ms") else 1
        mine, other = (scale * statistics.median(side) for side in zip(*pairs, strict=True))
        print(f"{name:26} {mine:9.3f} {other:9.3f} {mine / other:7.2f}")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, subprocess.SubprocessError) as error:
        sys.exit(f"compare: {error}")
