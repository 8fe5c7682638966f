"""What listens on loopback is asked there."""

import pytest
from pytest_socket import enable_socket


@pytest.fixture(autouse=True)
def _loopback(_no_network: None) -> None:
    enable_socket()
