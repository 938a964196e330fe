"""Conversations with devices over a protocol; the only place that opens sockets to them."""
