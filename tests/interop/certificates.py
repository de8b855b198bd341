"""Certificates for one run: an authority, a server on this machine, a client, and an authority that nobody should trust."""

import subprocess

_EXTENSIONS = {
    "server": "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n",
    "client": "extendedKeyUsage=clientAuth\n",
}


class Certificates:
    """Files in PEM in `directory`, which exists."""

    def __init__(self, directory):
        self._directory = directory
        self.authority, self._authority_key = self._authority("authority")
        self.stranger, _ = self._authority("stranger")
        self.server, self.server_key = self._signed("server")
        self.client, self.client_key = self._signed("client")

    def _authority(self, name):
        certificate, key = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        _openssl("req", "-x509", *_new_key(key), "-days", "1", "-subj", f"/CN=containerspy {name}", "-out", certificate)
        return certificate, key

    def _signed(self, name):
        certificate, key = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        request, extensions = self._directory / f"{name}.csr", self._directory / f"{name}.ext"
        extensions.write_text("basicConstraints=CA:FALSE\n" + _EXTENSIONS[name], encoding="ascii")
        _openssl("req", *_new_key(key), "-subj", f"/CN=containerspy {name}", "-out", request)
        _openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self._authority_key, "-CAcreateserial",
                 "-days", "1", "-extfile", extensions, "-out", certificate)
        return certificate, key


def _new_key(path):
    return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path


def _openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")
