"""What the background work has found out about this node, for the service to obey and operators to see."""

import threading
from collections.abc import Mapping

from keymgmt.node.errors import LogDamaged, StaleChain


class NodeState:
    """Closed until the database was compared with the chain; closed again for good when the log is damaged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reconciled = False
        self._log_damaged = False
        self._alarms: dict[str, str] = {}

    def require_open(self) -> None:
        """Raise :class:`LogDamaged` or :class:`StaleChain` while nothing may be given out."""
        if self._log_damaged:
            raise LogDamaged
        if not self._reconciled:
            raise StaleChain("This node is starting and has not compared itself with the chain yet; try again soon.")

    @property
    def reconciled(self) -> bool:
        """Whether the database was compared with the chain since the start."""
        return self._reconciled

    def set_reconciled(self) -> None:
        """Open the node: kfrags were purged against the chain and the log continues what stands there."""
        self._reconciled = True

    def set_log_damaged(self, reason: str) -> None:
        """Close the node until its operator has acted."""
        self._log_damaged = True
        self.raise_alarm("log", reason)

    def raise_alarm(self, name: str, reason: str) -> bool:
        """Show an alarm in ``/v1/health``; True if it was not shown before."""
        with self._lock:
            fresh = self._alarms.get(name) != reason
            self._alarms[name] = reason
            return fresh

    def clear_alarm(self, name: str) -> None:
        """Take an alarm back; one about a damaged log stays."""
        with self._lock:
            if not (name == "log" and self._log_damaged):
                self._alarms.pop(name, None)

    @property
    def alarms(self) -> Mapping[str, str]:
        """Every alarm with its reason, by name."""
        with self._lock:
            return dict(self._alarms)
