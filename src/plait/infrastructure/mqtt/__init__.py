"""MQTT: the node's own durable listener, and a client of other brokers behind the same interface."""

from plait.infrastructure.mqtt.broker import Broker
from plait.infrastructure.mqtt.ingest import BrokerIngest

__all__ = ["Broker", "BrokerIngest"]
