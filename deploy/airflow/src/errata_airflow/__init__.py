"""Runs Errata from Apache Airflow: plan, limits or approval, apply, verify.

Import :class:`errata_airflow.operator.ErrataRunOperator` in a DAG. This module imports nothing of Airflow, for the keeper of
a command starts from this package, too.
"""

from __future__ import annotations

from typing import Any


def provider_info() -> dict[str, Any]:
    """Tell Airflow's list of providers what this is."""
    return {
        "package-name": "errata-airflow",
        "name": "Errata",
        "description": "Recomputes a stretch of the past from its events, and corrects the rows that are wrong.",
        "integrations": [{"integration-name": "Errata", "external-doc-url": "", "tags": ["software"]}],
        "operators": [{"integration-name": "Errata", "python-modules": ["errata_airflow.operator"]}],
        "triggers": [{"integration-name": "Errata", "python-modules": ["errata_airflow.trigger"]}],
    }
