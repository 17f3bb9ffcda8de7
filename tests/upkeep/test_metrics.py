"""The figures for Prometheus."""

from pathlib import Path

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from plait.upkeep.metrics import METRICS, STATES
from tests.support.nodes import nodes


async def test_metrics_can_be_parsed_and_are_known(tmp_path: Path) -> None:
    """Tests that both formats parse, hold every known metric and no other, and that labels are from short fixed lists."""
    async with nodes(tmp_path, "shop", "mill") as (shop, _):
        answer = await shop.call("GET", "/metrics")
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
        assert {name.removesuffix("_info") for name in families} == set(METRICS)
        assert families["plait_store_head_facts"].samples[0].value == await shop.node.store.head()
        assert {sample.labels["state"] for sample in families["plait_outbox_letters"].samples} == set(STATES)
        assert "mill" not in answer.text
        opened = await shop.http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0", "Authorization": f"Bearer {shop.admin}"})
        assert opened.headers["content-type"].startswith("application/openmetrics-text")
        assert {family.name for family in openmetrics.text_string_to_metric_families(opened.text)} == set(METRICS)


async def test_metrics_need_a_token(tmp_path: Path) -> None:
    """Tests that nobody reads the figures without a token."""
    async with nodes(tmp_path, "shop") as (shop,):
        assert (await shop.call("GET", "/metrics", token="")).status_code == 401
