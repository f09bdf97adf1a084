"""A small OpenID Connect provider on 127.0.0.1: the whole code flow, PKCE and signed tokens.

Run as a program it is a process of its own, which prints its address and is told by
`POST /control` what to answer: `started()` does so.
"""

import base64
import hashlib
import hmac
import json
import secrets
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT_ID, CLIENT_SECRET = "pc-leasing", "meget-hemmeligt"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Provider:
    """Signs on whoever `account` says; `token`, `userinfo`, `header` overrule what it answers."""

    def __init__(self):
        self.account = {"sub": "a1", "email": "anna.berg@example.dk", "given_name": "Anna"}
        self.token, self.userinfo, self.header = {}, {}, {}
        self.key = KEY
        self.keys = {"1": KEY}
        self.algorithm = "RS256"
        self.offset = 0  # seconds that its clock is ahead
        self.denies = ""
        self.slow = {}  # seconds by path
        self.down = set()  # paths that answer 503
        self.given = []  # tokens, and what was asked of the end of a session
        self.ended = []
        self.codes = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.provider = self
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def settings(self):
        return settings_of(self.url)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, asked):
        """Sign on at once: give the address to go back to, with a code that works once."""
        if self.denies:
            answer = {"error": self.denies, "state": asked["state"]}
            return f"{asked['redirect_uri']}?{urlencode(answer)}"
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give_token(self, sent):
        """Return the tokens for a code; None when anything about it is wrong."""
        asked = self.codes.pop(sent.get("code"), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            not asked
            or sent["client_secret"] != CLIENT_SECRET
            or sent["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = self.now()
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.account["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        } | self.token
        token = self.sign({name: value for name, value in claims.items() if value is not None})
        self.given.append(token)
        return {"access_token": "adgang", "token_type": "Bearer", "id_token": token}

    def now(self):
        return int(time.time()) + self.offset

    def sign(self, claims):
        """Sign, or pretend to: with nothing, or with the public key as if it were a secret."""
        header = {"kid": "1"} | self.header
        if self.algorithm == "none":
            return jwt.encode(claims, None, algorithm="none", headers=header)
        if self.algorithm == "HS256":
            public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            parts = [{"alg": "HS256", "typ": "JWT"} | header, claims]
            said = b".".join(_base64(json.dumps(part).encode()) for part in parts)
            signed = _base64(hmac.digest(public, said, "sha256"))
            return (said + b"." + signed).decode()
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers=header)

    def logout_token(self, **overruled):
        """Return the token that tells of a logout."""
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.account["sub"],
            "iat": self.now(),
            "exp": self.now() + 120,
            "jti": secrets.token_urlsafe(),
            "events": {LOGOUT: {}},
        } | overruled
        return self.sign({name: value for name, value in claims.items() if value is not None})


def settings_of(url):
    return {
        "OIDC_RP_CLIENT_ID": CLIENT_ID,
        "OIDC_RP_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_OP_ISSUER": url,
        "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{url}/authorize",
        "OIDC_OP_TOKEN_ENDPOINT": f"{url}/token",
        "OIDC_OP_USER_ENDPOINT": f"{url}/userinfo",
        "OIDC_OP_JWKS_ENDPOINT": f"{url}/keys",
    }


@contextmanager
def started():
    """Start the provider as a process; give its address and a function that tells it what to do."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.provider"],
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = process.stdout.readline().strip()

        def tell(**said):
            answer = requests.post(f"{url}/control", json=said, timeout=10)
            return answer.json()

        yield url, tell
    finally:
        process.terminate()
        process.wait(10)


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Handler(BaseHTTPRequestHandler):
    @property
    def provider(self):
        return self.server.provider

    def do_GET(self):
        path, asked = self._address()
        if self._is_down(path):
            return
        if path == "/authorize":
            self._send_on(self.provider.authorize(asked))
        elif path == "/keys":
            self._answer({"keys": [_public(kid, key) for kid, key in self.provider.keys.items()]})
        elif path == "/userinfo" and self.headers["Authorization"] == "Bearer adgang":
            self._answer(self.provider.account | self.provider.userinfo)
        elif path == "/end":
            self.provider.ended.append(asked)
            self._send_on(asked["post_logout_redirect_uri"])
        else:
            self.send_error(404)

    def do_POST(self):
        path, _ = self._address()
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if path == "/control":
            for name, value in json.loads(body).items():
                setattr(self.provider, name, value)
            self._answer({"ended": self.provider.ended})
            return
        if self._is_down(path):
            return
        given = self.provider.give_token({name: value[0] for name, value in parse_qs(body).items()})
        self._answer(given or {"error": "invalid_grant"}, 200 if given else 400)

    def _address(self):
        parts = urlsplit(self.path)
        return parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()}

    def _is_down(self, path):
        time.sleep(self.provider.slow.get(path, 0))
        if path in self.provider.down:
            self.send_error(503)
        return path in self.provider.down

    def _send_on(self, to):
        self.send_response(302)
        self.send_header("Location", to)
        self.end_headers()

    def _answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(BrokenPipeError):  # who asked waits no longer
            self.wfile.write(body)

    def log_message(self, *args):
        pass


def _public(kid, key):
    public = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return public | {"kid": kid, "alg": "RS256", "use": "sig"}


if __name__ == "__main__":
    print(Provider().url, flush=True)  # who has started it reads on
    threading.Event().wait()
