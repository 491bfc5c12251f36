"""What can be wrong with the vault's bundle, its configuration or its manifest."""

from medixain.core.errors import MedixainError


class VaultError(MedixainError):
    """Base of the vault's errors."""

    code = "vault"


class VaultNotBuilt(VaultError):
    """There is no built bundle; ``folder`` is where it was looked for."""

    code = "vault-not-built"

    def __init__(self, folder: str) -> None:
        super().__init__(f"The browser vault is not built ({folder} has no index.html): run `make vault` first.")
        self.folder = folder


class UnservableFile(VaultError):
    """The bundle holds a file whose type the vault does not serve; ``path`` is its path in the bundle."""

    code = "unservable-file"

    def __init__(self, path: str) -> None:
        super().__init__(f"The vault's bundle holds {path}, and files of that kind are not served: take it out.")
        self.path = path


class BadManifest(VaultError):
    """A manifest is malformed, or its signatures do not hold."""

    code = "integrity"
    exit_code = 6

    def __init__(self, problem: str) -> None:
        super().__init__(f"The vault's manifest cannot be believed: {problem}.")


class BadConfig(VaultError):
    """The configuration of a vault is malformed."""

    code = "integrity"
    exit_code = 6

    def __init__(self, problem: str) -> None:
        super().__init__(f"The vault's configuration cannot be used: {problem}.")


class VaultUnreachable(VaultError):
    """The vault's origin, or the platform beside it, does not answer."""

    code = "server-unreachable"
    exit_code = 5

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"{url} does not answer ({problem}): check the address and try again.")
        self.url = url
