"""The services of docker-compose.yml as processes of this machine, for checks where there is no container engine.

The file is read by Docker Compose's own loader, which needs Go. A container becomes an address of 127.0.0.0/8, the paths in it
those of the files that it mounts. Its command, environment, files and health check are those of the file.
"""

import json
import os
import pathlib
import random
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOADER = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"
HEALTHY_WITHIN_S = 90
CHECK = f"dev/{pathlib.Path(sys.argv[0]).name}"


def load(folder):
    """The services by name, as Docker Compose understands them."""
    subprocess.run(["go", "install", LOADER], check=True, env={**os.environ, "GOBIN": folder}, stderr=subprocess.DEVNULL)
    loaded = subprocess.check_output([f"{folder}/cmd", "-format", "json", ROOT / "docker-compose.yml"])
    return json.loads(loaded)["services"]


def of_profile(services, profile):
    return {name: service for name, service in services.items() if service.get("profiles", [None]) == [profile]}


def nats_server():
    return subprocess.check_output([ROOT / "dev/nats-server"], text=True).strip()


def containers(services, folder):
    """A container for each service, on a network of its own."""
    network = f"127.{random.randint(10, 250)}.{random.randint(1, 250)}"
    return [Container(name, services[name], f"{network}.{at}", folder) for at, name in enumerate(services, 1)]


def end(all_containers):
    """Ends those that run, by SIGTERM."""
    running = [container.process for container in reversed(all_containers) if container.process]
    for process in running:
        process.terminate()
    for process in running:
        process.wait()


def aether(*arguments, **environment):
    """Runs a command. Returns its exit code and what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AETHER_")}
    run = subprocess.run(
        [ROOT / "aether", *arguments],
        env={**clean, "AETHER_CLIENT_CONFIG": "/dev/null", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return run.returncode, run.stdout


def expect(what, actual, expected):
    if actual != expected:
        sys.exit(f"{CHECK}: {what}: expected {expected}, but got {actual}")
    print(f"  {what}: {actual}", flush=True)


class Container:
    """A service that runs as a process."""

    def __init__(self, name, service, address, folder):
        self.name = name
        self.service = service
        self.address = address
        self.folder = folder
        self.is_node = "build" in service
        self.process = None
        self.log = folder / f"{name}.log"
        self.paths = {"/data": str(folder / name)}
        for mounted in service.get("volumes", []):
            source, target = mounted["source"], mounted["target"]
            if source.startswith(str(ROOT / "docker/secured")):
                self.paths[target] = source.replace(str(ROOT / "docker/secured"), str(folder / "secured"))
            elif mounted["type"] == "volume":
                self.paths[target] = self.paths["/data"]
            elif os.path.isfile(source):  # which may include another by its name in the container
                self.paths[target] = f"{folder}/{name}.files{target}"
                pathlib.Path(self.paths[target]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, self.paths[target])

    def start(self, addresses, program):
        """Starts it, or starts it again. PROGRAM is the executable unless it is a node."""
        data = pathlib.Path(self.paths["/data"])
        data.mkdir(exist_ok=True)
        environment = {**os.environ, **self.environment(addresses)}
        first, *arguments = [self.here(word, addresses) for word in self.service["command"]]
        if self.is_node:
            # The image's entrypoint, whose arguments these are.
            command = [str(ROOT / "aether"), first, *arguments]
        elif first.startswith("-"):
            command = [program, first, *arguments]
        else:
            command = [program, *arguments]
        self.process = subprocess.Popen(
            command, cwd=data, env=environment, stdout=self.log.open("a"), stderr=subprocess.STDOUT
        )
        return self.process

    def kill(self):
        self.process.kill()
        self.process.wait()

    def environment(self, addresses):
        values = dict(self.service.get("environment", {}))
        if self.is_node:
            image = (ROOT / "docker/Dockerfile").read_text()
            values.update(re.findall(r"\b(AETHER_LISTEN|AETHER_HTTP)=(\S+)", image))
        return {name: self.here(value, addresses) for name, value in values.items()}

    def here(self, text, addresses):
        """Replaces names, addresses and paths of the container."""
        for name in sorted(addresses, key=len, reverse=True):
            text = re.sub(rf"\b(?<!-){name}(?=:)", addresses[name], text)
        text = text.replace("0.0.0.0", self.address).replace("127.0.0.1", self.address)
        for target in sorted(self.paths, key=len, reverse=True):
            text = re.sub(rf"(^|=){re.escape(target)}(?=/|$)", lambda found: found[1] + self.paths[target], text)
        return text

    def verifies(self):
        """Whether a NATS server requires TLS and the certificate of a client, by what it says first."""
        with socket.create_connection((self.address, 4222), timeout=5) as connection, connection.makefile() as said:
            info = json.loads(said.readline().removeprefix("INFO "))
        return info.get("tls_required", False) and info.get("tls_verify", False)

    def await_health(self, addresses):
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while not self.is_healthy(addresses):
            if self.process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"{self.log.read_text()}\n{CHECK}: {self.name} is not healthy")
            time.sleep(0.2)

    def is_healthy(self, addresses):
        if self.is_node:  # by the health check of the image
            check = [ROOT / "docker/healthcheck"]
            environment = {**os.environ, **self.environment(addresses)}
            return subprocess.run(check, env=environment, stdout=subprocess.DEVNULL).returncode == 0
        url = self.here(self.service["healthcheck"]["test"][-1], addresses)
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.status == 200
        except OSError:
            return False
