"""Takes the pictures of the README anew: python -m tests.browser.screenshots"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from exporter.connections import Limits
from exporter.server import Server
from tests.browser.reader import reading
from tests.exporter.page.stories import story

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"


async def take() -> None:
    server = Server(story(), Limits(drain=0.1))
    host, port = await server.start("127.0.0.1", 0)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as profile:
        async with reading(Path(profile), f"http://{host}:{port}") as reader:
            await reader.looks(width=900, height=1280)
            await reader.opens("/")
            await reader.picture(PICTURES / "desktop-light.png")
            await reader.looks(width=360, height=1700, dark=True)
            await reader.picture(PICTURES / "phone-dark.png")
    await server.stop()


if __name__ == "__main__":
    asyncio.run(take())
