"""A small OpenID Connect provider on 127.0.0.1: the whole code flow, PKCE and signed tokens."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "pc-leasing", "meget-hemmeligt"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """Signs on whoever `account` says; `token` and `userinfo` overrule what it answers."""

    def __init__(self):
        self.account = {"sub": "a1", "email": "anna.berg@example.dk", "given_name": "Anna"}
        self.token, self.userinfo = {}, {}
        self.key = KEY
        self.codes = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def settings(self):
        return {
            "OIDC_RP_CLIENT_ID": CLIENT_ID,
            "OIDC_RP_CLIENT_SECRET": CLIENT_SECRET,
            "OIDC_OP_ISSUER": self.url,
            "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{self.url}/authorize",
            "OIDC_OP_TOKEN_ENDPOINT": f"{self.url}/token",
            "OIDC_OP_USER_ENDPOINT": f"{self.url}/userinfo",
            "OIDC_OP_JWKS_ENDPOINT": f"{self.url}/keys",
        }

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, asked):
        """Sign on at once: give the address to go back to, with a code that works once."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def give_token(self, sent):
        """Give the tokens for a code; None when anything about it is wrong."""
        asked = self.codes.pop(sent.get("code"), None)
        challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        if (
            not asked
            or sent["client_secret"] != CLIENT_SECRET
            or sent["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.account["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        } | self.token
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "adgang", "token_type": "Bearer", "id_token": token}


def _handler(provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path, asked = self._address()
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            elif path == "/keys":
                public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
                self._answer({"keys": [public | {"kid": "1", "alg": "RS256"}]})
            elif path == "/userinfo" and self.headers["Authorization"] == "Bearer adgang":
                self._answer(provider.account | provider.userinfo)
            else:
                self.send_error(404)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            given = provider.give_token({name: value[0] for name, value in parse_qs(body).items()})
            self._answer(given or {"error": "invalid_grant"}, 200 if given else 400)

        def _address(self):
            parts = urlsplit(self.path)
            return parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()}

        def _answer(self, content, status=200):
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler
