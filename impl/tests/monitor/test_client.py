"""The client library that QEMU's own tools use, in front of refnet's machine monitor."""

import asyncio
import signal
import subprocess
import sys

import pytest
from qemu import qmp

NETWORK = ["-netdev", "user,id=u0", "-netdev", "hubport,id=h0,hubid=0,netdev=u0"]


@pytest.fixture
def place(tmp_path):
    """A socket that a refnet process listens at with its machine monitor."""
    path = str(tmp_path / "qmp")
    monitor = ["-qmp", f"unix:{path},server=on,wait=off"]
    process = subprocess.Popen(
        [sys.executable, "-m", "refnet", "-M", "none", *NETWORK, *monitor],
        stderr=subprocess.PIPE,
        text=True,
    )
    lines = process.stderr
    assert lines is not None
    assert "no nics" in lines.readline()
    yield path
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=5)


async def talk(path, conversation):
    client = qmp.QMPClient("test")
    for _ in range(200):
        try:
            await client.connect(path)
            break
        except qmp.ConnectError:
            await asyncio.sleep(0.01)
    try:
        async with asyncio.timeout(5):
            return await conversation(client)
    finally:
        await client.disconnect()


@pytest.mark.slow
def test_the_library_talks_to_refnet(place):
    async def conversation(client):
        assert await client.execute("query-status") == {
            "status": "running",
            "singlestep": False,
            "running": True,
        }
        await client.execute("netdev_add", {"type": "user", "id": "u1", "net": "10.9.0.0/24"})
        await client.execute("set_link", {"name": "u1", "up": False})
        with pytest.raises(qmp.ExecuteError, match="Device 'zz' not found") as refused:
            await client.execute("netdev_del", {"id": "zz"})
        assert refused.value.error_class == "DeviceNotFound"
        with client.listener(("STOP", "RESUME")) as events:
            await client.execute("stop")
            await client.execute("cont")
            seen = [(await events.get())["event"] for _ in range(2)]
        text = await client.execute("human-monitor-command", {"command-line": "info network"})
        return seen, text

    seen, text = asyncio.run(talk(place, conversation))

    assert seen == ["STOP", "RESUME"]
    assert text == (
        "hub 0\r\n \\ h0: u0: index=0,type=user,net=10.0.2.0,restrict=off\r\n"
        "u1: index=0,type=user,net=10.9.0.0,restrict=off\r\n"
    )
