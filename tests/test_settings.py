"""A wrong setting is one sentence that names the variable, what was found, and what is allowed."""

from __future__ import annotations

import re
from ipaddress import ip_network

import pytest

from worker import settings
from worker.errors import ConfigError

ENVIRONMENT = [
    ("DEMARCHE_REDIS_PORT", "sixty", r"DEMARCHE_REDIS_PORT=sixty is not allowed: .*valid integer"),
    ("DEMARCHE_REDIS_PORT", "70000", r"DEMARCHE_REDIS_PORT=70000 .*less than or equal to 65535"),
    ("DEMARCHE_LOG_LEVEL", "loud", r"DEMARCHE_LOG_LEVEL=loud .*'debug', 'info'"),
    ("DEMARCHE_PREFIX", "a b", r"DEMARCHE_PREFIX=a b is not allowed"),
    ("DEMARCHE_FETCH_ALLOW", "10.0.0.0/99", r"DEMARCHE_FETCH_ALLOW=10.0.0.0/99 is not allowed"),
    ("DEMARCHE_FLOWER_ADDRESS", "0.0.0.0", r"set DEMARCHE_FLOWER_AUTH=user:password too"),
    ("DEMARCHE_LEASE", "10", r"DEMARCHE_LEASE=10 is too short"),
    ("DEMARCHE_REDIS_PROT", "1", r"DEMARCHE_REDIS_PROT is not a setting"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), ENVIRONMENT)
def test_a_wrong_setting_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        settings.load()
    message = str(caught.value)
    assert re.search(sentence, message)
    assert "\n" not in message
    assert message.endswith(".")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_FETCH_ALLOW", "127.0.0.0/8, ::1/128")
    monkeypatch.setenv("DEMARCHE_REDIS_PORT", "7001")
    chosen = settings.load()
    assert chosen.fetch_allow == (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert chosen.redis == chosen.broker == "redis://127.0.0.1:7001/0"


def test_broker_and_stream_may_be_two_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMARCHE_REDIS_URL", "redis://a/0")
    monkeypatch.setenv("DEMARCHE_BROKER_URL", "redis://b/0")
    assert (settings.load().redis, settings.load().broker) == ("redis://a/0", "redis://b/0")


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_flower_on_loopback_needs_no_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DEMARCHE_FLOWER_ADDRESS", address)
    assert settings.load().flower_address == address


def test_every_setting_has_its_sentence() -> None:
    for name, field in settings.Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_passwords_are_never_shown() -> None:
    assert settings.shown("redis_url", "redis://:secret@host/0") == "redis://:***@host/0"
    assert settings.shown("flower_auth", "me:secret") == "***"
