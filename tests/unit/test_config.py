"""Settings come from the environment, typed, and what does not fit is refused by name."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oferta.project.config import BadSetting, Config, read_config, secret_key
from oferta.project.postgresql.urls import address_of


def test_without_an_environment_the_defaults_hold() -> None:
    assert read_config({}) == Config()


def test_an_empty_value_is_the_default() -> None:
    assert read_config({"OFERTA_PORT": "", "DATABASE_URL": ""}) == Config()


def test_each_value_gets_its_type() -> None:
    given = {
        "DATABASE_URL": "postgresql://db/oferta",
        "OFERTA_PORT": "8080",
        "OFERTA_DEVELOPMENT": "No",
        "OFERTA_DATA": "kept",
        "OFERTA_TIME_ZONE": "Asia/Almaty",
    }
    config = read_config(given)
    assert config.database_url == "postgresql://db/oferta"
    assert config.port == 8080
    assert config.development is False
    assert config.data == Path("kept")
    assert config.time_zone == ZoneInfo("Asia/Almaty")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OFERTA_PORT", "80a"),
        ("OFERTA_PORT", "1.5"),
        ("OFERTA_DEVELOPMENT", "perhaps"),
        ("OFERTA_TIME_ZONE", "Almaty"),
        ("OFERTA_TIME_ZONE", "../etc/passwd"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refusal:
        read_config({name: value})
    assert (refusal.value.name, refusal.value.given) == (name, value)


def test_the_signing_key_is_made_once_and_private(tmp_path: Path) -> None:
    config = Config(data=tmp_path / "data")
    made = secret_key(config)
    assert len(made) >= 48
    assert secret_key(config) == made
    assert [path.name for path in config.data.iterdir()] == ["secret_key"]
    assert (config.data / "secret_key").stat().st_mode & 0o777 == 0o600


def test_outside_development_the_signing_key_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="OFERTA_SECRET_KEY"):
        secret_key(Config(data=tmp_path, development=False))
    assert list(tmp_path.iterdir()) == []
    assert secret_key(Config(secret_key="given", development=False)) == "given"  # noqa: S106 - a sample


@pytest.mark.parametrize(
    ("url", "host", "port", "database"),
    [
        ("postgresql://a:b%20c@db:6432/of%20erta?sslmode=require", "db", "6432", "of erta"),
        ("postgresql://postgres@/x?host=%2Ftmp%2Fa%20b&port=5432", "/tmp/a b", "5432", "x"),  # noqa: S108 - a sample
        ("postgresql:///x", "", "", "x"),
    ],
)
def test_addresses_of_databases_are_read_whole(
    url: str, host: str, port: str, database: str
) -> None:
    address = address_of(url)
    assert (address.host, address.port, address.database) == (host, port, database)
    assert "b c" not in repr(address)
