"""What a scraper gets, beside what is pushed: one engine, two doors."""

import http.client
import re
import socket
import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from support.agent import LISTENING
from support.case import EngineCase


class Doors(EngineCase):
    def open_door(self, **more):
        # The kernel chooses the port; the log says which one.
        agent = self.run_agent(arguments=["--listen", "127.0.0.1:0"], **more)
        self.address = agent.wait_message(LISTENING)["addresses"]
        return agent

    def get(self, path, headers=()):
        request = urllib.request.Request(f"http://{self.address}{path}", headers=dict(headers))
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def scrape(self, container=None):
        """{(name, labels): value}, of one container if it is named."""
        found = {}
        text = self.get("/metrics")
        names = set(re.findall(r"^[a-z0-9_]+", text, re.MULTILINE))
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                # The parser gives every counter the ending _total; cAdvisor has counters without it.
                name = sample.name if sample.name in names else sample.name.removesuffix("_total")
                key = name, tuple(sorted(sample.labels.items()))
                self.assertNotIn(key, found, "a series comes once")
                if container in (None, sample.labels.get("name")):
                    found[key] = sample.value
        return found

    def pushed(self, container):
        time = self.receiver.whole_rounds(1)[0]
        return {(point.metric, tuple(sorted(point.labels))): point.value
                for point in self.receiver.points(container) if point.time == time and not point.ended}

    def test_a_scrape_has_the_series_and_values_that_are_pushed(self):
        self.open_door()
        still = self.engine.run("still", network="bridge", labels={"com.docker.compose.project": "shop", "k/ä": 'v"1\\'})
        self.receiver.first(still.name)
        still.pause()
        self.addCleanup(still.unpause)
        self.receiver.whole_rounds(2)
        before, scraped, after = self.pushed(still.name), self.scrape(still.name), self.pushed(still.name)
        self.assertGreater(len(before), 40)
        self.assertEqual(sorted(scraped.keys() ^ before.keys()), [], "series of one door only")
        # The container does nothing, but its network still receives what others send to all.
        between = {key: before[key] <= scraped[key] <= after[key] for key in before}
        self.assertEqual([key for key, right in between.items() if not right], [])
        moving = ("container_last_seen", "container_network_receive_")
        self.assertEqual([key for key in before if before[key] != after[key] and not key[0].startswith(moving)], [])

    def test_a_removed_container_leaves_both_doors(self):
        self.open_door()
        gone = self.engine.run("gone")
        self.receiver.first(gone.name)
        self.assertTrue(self.scrape(gone.name))
        gone.remove()
        self.receiver.ended(gone.name)
        self.receiver.whole_rounds(1)
        self.assertEqual(self.scrape(gone.name), {})

    def test_scraping_alone_pushes_nothing_and_reads_on_demand(self):
        agent = self.open_door(push=False)
        web = self.engine.run("web")
        self.assertEqual(self.get("/healthz"), "ok\n")
        for _ in range(200):
            if self.scrape(web.name):
                break
        self.assertTrue(self.scrape(web.name))
        everything = self.scrape()
        self.assertEqual(everything["container_scrape_error", ()], 0)
        self.assertGreater(everything["process_resident_memory_bytes", ()], 1_000_000)
        self.assertEqual(self.receiver.requests, [])
        self.assertEqual([e for e in agent.entries() if e.get("level") in ("warn", "error")], [])

    def test_slow_and_garbage_clients_delay_no_round(self):
        self.open_door()
        host, port = self.address.rsplit(":", 1)
        self.receiver.whole_rounds(1)
        clients = []
        for number in range(200):
            client = socket.create_connection((host, int(port)), timeout=20)
            clients.append(client)
            client.sendall((b"GET /metrics HT", b"\x16\x03\x01\x00\xff" * 20, b"POST / HTTP/1.1\r\n\r\n", b"")[number % 4])
        self.receiver.whole_rounds(3)
        for client in clients:
            client.close()
        self.assertIn("containerspy_build_info", self.get("/metrics"))

    def test_nothing_else_is_answered(self):
        self.open_door()
        for method, path, status in (("GET", "/etc/passwd", 404), ("GET", "/../etc/passwd", 404), ("POST", "/metrics", 405)):
            connection = http.client.HTTPConnection(self.address, timeout=20)
            connection.request(method, path)
            self.assertEqual(connection.getresponse().status, status, path)
            connection.close()
