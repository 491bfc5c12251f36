"""System checks with stable ids that refuse unsafe or missing configuration at start-up.

E001–E009 secrets and hosts, E010–E019 sign-in, E020–E029 chain and relay, E030–E039 stores and database,
E040–E044 transport and operators, E045–E049 the browser vault.
An error stops every management command, and every server (:mod:`medixain.startup`).
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from contracts.bindings.addresses import CONTRACT_NAMES
from medixain.core.addresses import to_address
from medixain.core.errors import MedixainError

_MIN_SECRET_LENGTH = 50


def check_secrets(**_: Any) -> list[CheckMessage]:
    """E001 short secret key, E002 debug mode, E003 any host accepted."""
    found: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < _MIN_SECRET_LENGTH:
        found.append(Error("The secret key is missing or too short.", id="medixain.E001",
                           hint=f"Set MEDIXAIN_SECRET_KEY_FILE: {_MIN_SECRET_LENGTH} or more characters."))  # fmt: skip
    if settings.DEBUG:
        found.append(Error("Debug mode shows requests and settings to strangers.", id="medixain.E002",
                           hint="Leave DEBUG off in every profile."))  # fmt: skip
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS names no host, or every host.", id="medixain.E003",
                           hint="Name the platform's own hosts in MEDIXAIN_ALLOWED_HOSTS."))  # fmt: skip
    return found


def check_sign_in(**_: Any) -> list[CheckMessage]:
    """E010 domain and URI of sign-in messages disagree, E011 plain HTTP in production."""
    found: list[CheckMessage] = []
    scheme, _separator, rest = settings.SIGN_IN_URI.partition("://")
    if rest.split("/")[0] != settings.SIGN_IN_DOMAIN:
        found.append(Error("SIGN_IN_URI is not an address of SIGN_IN_DOMAIN.", id="medixain.E010",
                           hint="Make both name the same host, or a message would open another site."))  # fmt: skip
    if settings.PROFILE == "production" and scheme != "https":
        found.append(Error("Sign-in over plain HTTP in production.", id="medixain.E011",
                           hint="Set MEDIXAIN_SIGN_IN_URI to an https address."))  # fmt: skip
    return found


def check_chain(**_: Any) -> list[CheckMessage]:
    """E020 no RPC address, E021 no or unusable manifest, E022 no relay signer, E023 key in settings, E024 bad node.

    E025: a JSON-RPC address for clients without TLS, which browsers do not let the vault's pages ask.
    """
    found: list[CheckMessage] = []
    required = settings.PROFILE == "production"
    if required and not settings.CHAIN_RPC_URL:
        found.append(Error("No JSON-RPC address of the chain.", id="medixain.E020", hint="Set MEDIXAIN_CHAIN_RPC_URL."))
    if required and not settings.CHAIN_PUBLIC_RPC_URL.startswith("https://"):
        found.append(Error("Clients would reach the chain without TLS.", id="medixain.E025",
                           hint="Set MEDIXAIN_CHAIN_PUBLIC_RPC_URL to a JSON-RPC door's https address."))  # fmt: skip
    if settings.CHAIN_MANIFEST or required:
        found += _manifest_problems(settings.CHAIN_MANIFEST)
    if required and not settings.RELAY_SIGNER.get("BACKEND"):
        found.append(Error("No signer for the relay.", id="medixain.E022",
                           hint='Set MEDIXAIN_RELAY_SIGNER to {"BACKEND": ..., "OPTIONS": {...}}.'))  # fmt: skip
    named = {str(name).lower() for name in settings.RELAY_SIGNER.get("OPTIONS", {})}
    if settings.PROFILE != "test" and {"key", "secret_key", "private_key"} & named:
        found.append(Error("The relay's secret key stands in the settings.", id="medixain.E023",
                               hint="Keys live in signer processes; give the address of one instead."))  # fmt: skip
    return found + _node_problems(settings.REENCRYPTION_NODES)


def _manifest_problems(path: str) -> list[CheckMessage]:
    hint = "Set MEDIXAIN_CHAIN_MANIFEST to the manifest that the deployment wrote."
    try:
        manifest = json.loads(Path(path).read_text(encoding="utf-8"))
        contracts = manifest.get("contracts", manifest)
        missing = [name for name in CONTRACT_NAMES if name not in contracts]
    except (OSError, ValueError, AttributeError) as error:
        return [Error(f"The chain manifest {path!r} cannot be used: {error}.", id="medixain.E021", hint=hint)]
    if missing:
        return [Error(f"The chain manifest lacks {', '.join(missing)}.", id="medixain.E021", hint=hint)]
    return []


def _node_problems(nodes: Sequence[dict[str, str]]) -> list[CheckMessage]:
    for node in nodes:
        try:
            to_address(node["address"])
            secure = node["url"].startswith("https://") or settings.PROFILE != "production"
        except (KeyError, MedixainError) as error:
            return [Error(f"A re-encryption node lacks its address or url: {error}.", id="medixain.E024",
                          hint='Write each node as {"address", "url", "name"}.')]  # fmt: skip
        if not secure:
            return [Error(f"The node {node['address']} is reached without TLS.", id="medixain.E024",
                          hint="Production nodes have https addresses.")]  # fmt: skip
    return []


def check_stores(**_: Any) -> list[CheckMessage]:
    """E030 no default record store, E031 a store that forgets in production, E032 SQLite in production."""
    found: list[CheckMessage] = []
    default = settings.RECORD_STORES.get("default", {})
    if not default.get("BACKEND"):
        found.append(Error("There is no default record store.", id="medixain.E030",
                           hint='Set RECORD_STORES to {"default": {"BACKEND": ..., "OPTIONS": {...}}}.'))  # fmt: skip
    if settings.PROFILE == "production":
        if "memory" in str(default.get("BACKEND", "")).lower():
            found.append(Error("The record store forgets everything at a restart.", id="medixain.E031",
                               hint="Use the embedded or the IPFS store."))  # fmt: skip
        if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
            found.append(Error("SQLite in production.", id="medixain.E032",
                               hint="Set MEDIXAIN_DATABASE_URL to a postgresql:// address."))  # fmt: skip
    return found


def check_transport(**_: Any) -> list[CheckMessage]:
    """E040 cookies over plain HTTP, E041 operators without a second factor, E042 in-process broker; all in production.

    W040: a content security policy that lets scripts run inline.
    """
    found: list[CheckMessage] = []
    if settings.PROFILE == "production":
        if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT):
            found.append(Error("Cookies or pages could travel without TLS.", id="medixain.E040",
                               hint="Keep the cookie settings and the redirect of this profile."))  # fmt: skip
        if not settings.OPERATOR_SECOND_FACTOR_REQUIRED:
            found.append(Error("Operators may sign in with a password alone.", id="medixain.E041",
                               hint="Leave OPERATOR_SECOND_FACTOR_REQUIRED on."))  # fmt: skip
        if settings.CELERY_BROKER_URL.startswith("memory://"):
            found.append(Error("The task broker lives inside one process.", id="medixain.E042",
                               hint="Set MEDIXAIN_BROKER_URL to Redis."))  # fmt: skip
    scripts = settings.CONTENT_SECURITY_POLICY.get("DIRECTIVES", {}).get("script-src", ["'unsafe-inline'"])
    if "'unsafe-inline'" in scripts or "*" in scripts:
        found.append(CheckWarning("The content security policy lets scripts run inline.", id="medixain.W040",
                             hint="Move the script into a file under static/."))  # fmt: skip
    return found


def check_vault(**_: Any) -> list[CheckMessage]:
    """E045 no usable origin of the vault, E046 one that is no sibling of the platform, E047 the platform's own."""
    if not settings.VAULT_URL:
        if settings.PROFILE != "production":
            return []
        return [Error("There is no browser vault.", id="medixain.E045",
                      hint="Set MEDIXAIN_VAULT_URL to its origin, https://vault.example.org.")]  # fmt: skip
    vault, platform = urlsplit(settings.VAULT_URL), urlsplit(settings.SIGN_IN_URI)
    schemes = {"https"} if settings.PROFILE == "production" else {"http", "https"}
    if vault.scheme not in schemes or not vault.hostname or vault.path or vault.query or vault.fragment:
        return [Error("MEDIXAIN_VAULT_URL is no origin.", id="medixain.E045",
                      hint="Write scheme, host and port alone; production wants https.")]  # fmt: skip
    if vault.netloc == platform.netloc:
        return [Error("The vault is served from the platform's own origin.", id="medixain.E047",
                      hint="Give it another host name or port: pages must not reach its keys.")]  # fmt: skip
    if not _are_siblings(vault.hostname, platform.hostname or ""):
        return [Error("Vault and platform are different sites.", id="medixain.E046",
                      hint="Browsers partition a frame's storage by site: use sibling host names.")]  # fmt: skip
    return []


def _are_siblings(one: str, other: str) -> bool:
    """Whether two hosts are one, or differ in their first labels below a common parent of two labels or more."""
    if one == other:
        return True
    first, second = one.split(".")[-2:], other.split(".")[-2:]
    return len(first) == 2 and first == second and not first[-1].isdigit()


def register_all() -> None:
    """Register the checks with Django."""
    for check in (check_secrets, check_sign_in, check_chain, check_stores, check_transport, check_vault):
        register(check)
