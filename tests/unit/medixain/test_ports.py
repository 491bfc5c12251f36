"""Ports promised to programs that start later are not those that the next connection may get."""

import socket

import pytest

from medixain.demo.errors import PortInUse
from medixain.demo.ports import claim, free_ports, is_free

FIRST_OF_CONNECTIONS = 32_768
"""Linux gives outgoing connections ports from here on; other systems begin higher."""


def test_chosen_ports_differ_and_no_connection_takes_them() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert all(1024 < port < FIRST_OF_CONNECTIONS for port in ports)


def test_a_promised_port_is_not_given_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medixain.demo.ports.CHOICE", range(20_000, 20_300))
    promised = free_ports(20)
    for _ in range(20):
        assert not set(free_ports(20, apart_from=promised)) & set(promised)


def test_a_port_somebody_listens_on_is_refused_and_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(PortInUse):
            claim(port)
        monkeypatch.setattr("medixain.demo.ports.TRIES", 0)
        monkeypatch.setattr("medixain.demo.ports.CHOICE", [port])
        with pytest.raises(PortInUse):
            claim(0)
    assert claim(port) == port
