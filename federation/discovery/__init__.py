"""Who is where: WebFinger, host-meta, NodeInfo, handles."""
