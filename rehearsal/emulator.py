"""MiniStack on this machine: an AWS that enforces signatures and policies, on loopback alone."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rehearsal.places import EMULATOR, ROOT, RUNTIME

REGION, ACCOUNT = "us-east-1", "000000000000"
HOST = "127.0.0.1"
START_SECONDS = 60
SCRATCH = "scratch"
DIRECT = {"NO_PROXY": HOST, "no_proxy": HOST}
"""No proxy leads to loopback."""
SERVE = ROOT / "rehearsal" / "serve.py"
MENDED = (
    "what a function raises keeps its name, and its process lives on: MiniStack calls every "
    "exception Runtime.HandlerError, and ends the process",
    "a layer is unpacked once: MiniStack unpacks it for each process of a function",
)
"""What serve.py mends of the emulator, so that the workflow can be shown at all, and soon."""


class NotStarted(Exception):
    """MiniStack did not start; the message is the end of its log."""


@dataclass(frozen=True)
class Emulator:
    """A running MiniStack."""

    endpoint: str
    environment: Mapping[str, str]
    """The variables by which every AWS tool reaches it, as the account's root."""
    log: Path
    process: psutil.Process

    def listening(self) -> set[str]:
        """The addresses on which it, or a function, listens."""
        processes = [self.process, *self.process.children(recursive=True)]
        return {
            connection.laddr.ip
            for process in processes
            for connection in process.net_connections()
            if connection.status == psutil.CONN_LISTEN
        }


def importable() -> list[str]:
    """What functions can import beside their own code and layers, by distribution."""
    listing = "from importlib.metadata import distributions as d; print(*(x.name for x in d()))"
    found = subprocess.run(
        [str(RUNTIME), "-c", listing], env=plain({}), capture_output=True, text=True, check=True
    )
    return sorted(found.stdout.split())


@contextmanager
def running(folder: Path, bedrock: str) -> Iterator[Emulator]:
    """Start it with nothing in it; stop it at the end, and the functions' processes with it.

    Its log and certificate lie in ``folder``; ``bedrock`` is where functions find Bedrock's
    runtime, of which it has none.

    Raises:
        NotStarted: when it does not answer in time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = _certificate(folder)
    endpoint = f"https://{HOST}:{_free_port()}"
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CA_BUNDLE": str(certificate),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **DIRECT,
    }
    log = folder / "ministack.log"
    with log.open("w", encoding="utf-8") as out:
        process = _start(folder, endpoint, certificate, key, bedrock, out)
    try:
        _wait(process, endpoint, certificate, log)
        yield Emulator(endpoint, environment, log, psutil.Process(process.pid))
    finally:
        _stop(process)
        # The functions' code and layers are there.
        shutil.rmtree(folder / SCRATCH, ignore_errors=True)


def plain(environment: Mapping[str, str]) -> dict[str, str]:
    """This process's variables without those of AWS, Python and make, and with others."""
    own = ("AWS_", "OPENAI_", "COLLAGE_", "PYTHON", "VIRTUAL_ENV", "SAM_", "MAKE", "MFLAGS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    return {**kept, **environment}


def _start(
    folder: Path, endpoint: str, certificate: Path, key: Path, bedrock: str, out: IO[str]
) -> subprocess.Popen[bytes]:
    scratch = folder / SCRATCH
    scratch.mkdir(exist_ok=True)
    port = endpoint.rpartition(":")[2]
    environment = plain(
        {
            "AUTH": "true",  # signatures and policies are enforced
            "BIND_HOST": HOST,
            "GATEWAY_PORT": port,
            "IOT_MTLS_ENABLED": "0",  # otherwise MQTT listens, on every interface
            "LOG_LEVEL": "INFO",
            "SFN_WAIT_SCALE": "0",  # waits and pauses before retries take no time
            "USE_SSL": "1",
            "MINISTACK_SSL_CERT": str(certificate),
            "MINISTACK_SSL_KEY": str(key),
            # For the functions, which inherit them.
            "AWS_CA_BUNDLE": str(certificate),
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock,
            "TMPDIR": str(scratch),
            "S3_DATA_DIR": str(folder / "s3"),
            "STATE_DIR": str(folder / "state"),
            **DIRECT,
        }
    )
    (packages,) = EMULATOR.glob("lib/python*/site-packages")
    return subprocess.Popen(
        [str(RUNTIME), "-P", str(SERVE), str(packages), f"{HOST}:{port}"],
        cwd=folder,
        env=environment,
        stdout=out,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes], endpoint: str, certificate: Path, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    session = requests.Session()
    session.trust_env = False
    while process.poll() is None and time.monotonic() < end:
        try:
            session.get(f"{endpoint}/_ministack/health", verify=str(certificate), timeout=5)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise NotStarted(log.read_text(encoding="utf-8")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it, and whatever it started: all are of its session."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback and its key, good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rehearsal")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(HOST))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(paths[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(secret)
    return paths
