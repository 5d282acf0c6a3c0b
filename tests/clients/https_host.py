"""A client's own https host on loopback: its client document, and the address to which browsers come back.

`https_host.py FOLDER` makes a certificate authority of its own, writes its certificate to FOLDER/ca.pem, and prints the port it listens on;
it ends with its parent's signal. `/client.json` is the document, `/callback` says that the browser arrived.
"""

import datetime
import ipaddress
import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGNS_ONLY = x509.KeyUsage(
    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
    key_cert_sign=True, crl_sign=False, encipher_only=False, decipher_only=False,
)
ARRIVED = '<!doctype html><html lang="en"><title>Arrived</title><h1 id="arrived">Back at the client</h1></html>'


def main(folder: Path) -> None:
    server = Server(("127.0.0.1", 0), Host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certify(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    print(server.server_port, flush=True)
    server.serve_forever()


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # Browsers that do not know the authority hang up once before they are told not to mind.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Host(BaseHTTPRequestHandler):
    # A connection that says nothing must not hold its thread for ever.
    timeout = 20

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/client.json":
            self.answer("application/json", json.dumps(document(f"https://localhost:{self.server.server_port}")))
        elif path == "/callback":
            self.answer("text/html; charset=utf-8", ARRIVED)
        else:
            self.send_error(404)

    def answer(self, kind: str, body: str):
        content = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        # The query of a callback is a code.
        pass


def document(origin: str) -> dict:
    return {
        "client_id": f"{origin}/client.json",
        "client_name": "Client with a document",
        "redirect_uris": [f"{origin}/callback", "http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def certify(folder: Path) -> tuple[Path, Path]:
    """Certificate and key of `localhost`, below a new authority whose certificate is FOLDER/ca.pem."""
    authority, authority_key = certificate("auxcord checks", None, None)
    host, key = certificate("localhost", authority, authority_key)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "host.pem").write_bytes(host.public_bytes(pem))
    (folder / "host.key").touch(mode=0o600)
    (folder / "host.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "host.pem", folder / "host.key"


def certificate(name: str, issuer, issuer_key):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if not issuer:
        builder = builder.add_extension(SIGNS_ONLY, critical=True)
    else:
        names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        builder = builder.add_extension(authority, critical=False)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key


main(Path(sys.argv[1]))
