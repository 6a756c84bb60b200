"""A real S3-speaking server on loopback (moto), with one bucket."""

import logging
from collections.abc import Iterator

import pytest

BUCKET = "media.example"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of an S3 service that has ``BUCKET``."""
    import boto3
    from moto.server import ThreadedMotoServer  # flask and werkzeug load with it

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    place = {"endpoint_url": url, "aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
    boto3.client("s3", **place).create_bucket(Bucket=BUCKET)
    yield url
    server.stop()
