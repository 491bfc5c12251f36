"""``python -m medixain.programs.chain_node --config FILE``: one institution's consensus client as a program.

It stands here, and not in ``consensus``, because it joins the consensus client with the client of the signer process;
neither package knows the other.
"""

import argparse
import sys
from pathlib import Path

from consensus.node.config import BadConfiguration, NodeConfig, SignerSettings
from consensus.node.program import ChainNode, prepare_geth
from keymgmt.signer.client import RemoteConsensusKeys, SignerClient
from keymgmt.signer.home import Role
from medixain.core.errors import MedixainError
from medixain.programs.lifetime import announce, end_event, log_to_stderr


def consensus_keys(settings: SignerSettings) -> RemoteConsensusKeys:
    """Return the miners' and voters' keyrings of a signer; raises :class:`BadConfiguration` and ``SignerError``."""
    try:
        token = settings.token_file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadConfiguration("signer.token_file", f"cannot be read ({error.strerror})") from error
    keyrings = SignerClient(settings.url, token).keyrings().values()
    return RemoteConsensusKeys([ring for ring in keyrings if ring.role is Role.CONSENSUS])


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m medixain.programs.chain_node", description="The consensus client of one institution."
    )
    parser.add_argument("--config", type=Path, required=True, help="JSON file (docs/operations.md)")
    parser.add_argument("--prepare", action="store_true", help="only write the files geth needs at its first start")
    options = parser.parse_args(arguments)
    log_to_stderr()
    ended = end_event()
    try:
        config = NodeConfig.load(options.config)
        if options.prepare:
            prepare_geth(config)
            return 0
        node = ChainNode(config, consensus_keys(config.signer))
        url = node.start()
    except MedixainError as error:
        sys.stderr.write(error.message + "\n")
        return error.exit_code
    except OSError as error:
        sys.stderr.write(f"The consensus client cannot start ({error}); check its addresses and folders.\n")
        return 1
    announce(url)
    ended.wait()
    node.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
