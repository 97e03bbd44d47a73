"""Secrets of Airflow for the environment of a command."""

from __future__ import annotations

import os
from collections.abc import Mapping

from airflow.sdk import Connection, Variable
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.log import mask_secret

_FIELDS = ("host", "login", "password", "port", "schema")


def environment(env: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Make the environment of a command.

    It is that of the worker without what is Airflow's own, which holds its database, its keys and its connections.

    :param env: further variables, which are no secrets
    :param secrets: further variables, by references: ``connection:ID.password`` (or ``login``, ``host``, ``port``,
        ``schema``, ``extra.NAME``), or ``variable:KEY``
    """
    made = {name: value for name, value in os.environ.items() if not name.lstrip("_").startswith("AIRFLOW")}
    made.update(env)
    for name, reference in secrets.items():
        value = _resolve(reference)
        if value is None:
            raise AirflowFailException(f"Cannot set {name} from {reference}: there is nothing.")
        mask_secret(value, name)
        made[name] = value
    return made


def _resolve(reference: str) -> str | None:
    kind, _, name = reference.partition(":")
    if kind == "variable" and name:
        value = Variable.get(name, default=None)
        return None if value is None else str(value)
    # An id may have dots in it, the name of a field has none.
    connection_id, _, field = name.rpartition(".")
    extra = False
    if connection_id.endswith(".extra"):
        connection_id, extra = connection_id.removesuffix(".extra"), True
    if kind != "connection" or not connection_id or not (extra or field in _FIELDS):
        raise AirflowFailException(
            f"Cannot read a secret from {reference!r}: it is neither variable:KEY nor connection:ID.FIELD, with a field of"
            f" {', '.join(_FIELDS)} or extra.NAME."
        )
    connection = Connection.get(connection_id)
    value = connection.extra_dejson.get(field) if extra else getattr(connection, field)
    return None if value is None else str(value)
