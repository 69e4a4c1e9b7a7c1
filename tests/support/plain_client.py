"""A caller that knows nothing but the websockets package: sends a WAV file twice and keeps what comes back."""
import asyncio
import sys

import websockets


async def main(url, wav, out):
    async with websockets.connect(url, max_size=None) as socket:
        for turn in (1, 2):
            with open(wav, "rb") as file:
                await socket.send(file.read())
            answer = await socket.recv()
            print(type(answer).__name__)
            with open(f"{out}-{turn}.wav", "wb") as file:
                file.write(answer)


asyncio.run(main(*sys.argv[1:]))
