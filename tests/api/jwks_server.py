"""A sign-in service for the tests: its public keys over HTTP, and tokens signed with the private ones."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

AUDIENCE = "shanhai"


class Issuer:
    """Holds a key of either kind; ``asked`` counts how often its public keys were fetched."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, Any]] = {
            "rsa": ("RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            "ec": ("ES256", ec.generate_private_key(ec.SECP256R1())),
        }
        self.published = ["rsa", "ec"]
        self.asked = 0
        self.status = 200
        self.url = ""

    @property
    def settings(self) -> dict[str, str]:
        """What an organisation that trusts it sets."""
        return {"issuer": self.url, "audience": AUDIENCE, "jwks_uri": f"{self.url}/keys"}

    def public(self, key_id: str) -> dict[str, Any]:
        algorithm, key = self.keys[key_id]
        kind: Any = jwt.get_algorithm_by_name(algorithm)
        return {**json.loads(kind.to_jwk(key.public_key())), "kid": key_id, "use": "sig", "alg": algorithm}

    def public_bytes(self, key_id: str) -> bytes:
        """The public key as text: what a careless verifier takes for a shared secret."""
        public: bytes = (
            self.keys[key_id][1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        return public

    def token(self, key_id: str = "rsa", *, signed_with: str = "", said_id: str = "", **claims: Any) -> str:
        """A good id_token of the subject ``s-1``, but for what is said otherwise; None leaves a claim out."""
        now = int(time.time())
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "s-1", "iat": now, "exp": now + 300, "jti": str(now)}
        algorithm, key = self.keys[signed_with or key_id]
        said = {name: value for name, value in {**good, **claims}.items() if value is not None}
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": said_id or key_id})


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that listens on a port of its own."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            body = json.dumps({"keys": [issuer.public(key_id) for key_id in issuer.published]}).encode()
            self.send_response(issuer.status)
            if issuer.status == 302:
                self.send_header("Location", f"{issuer.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def tls_server(name: str, certificate: Path) -> Iterator[int]:
    """The port of a TLS server with a certificate for ``name``, which says what host it was asked as."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(Encoding.PEM))
    private = certificate.with_suffix(".key")
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"host": self.headers["Host"]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
