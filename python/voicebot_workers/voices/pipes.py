"""The media pipes of a turn, as a worker sees them: signed URLs of the API process that holds the caller's line."""

import struct
from collections.abc import Iterable, Iterator

import httpx
from temporalio.exceptions import ApplicationError

TEXT, AUDIO = 1, 2
MARK = "\x02"
"""Begins a line that names a recording of its words; this worker speaks the words."""


def frame(kind: int, content: bytes) -> bytes:
    return struct.pack("<BI", kind, len(content)) + content


def speech_piece(text: str, pcm: bytes) -> bytes:
    """Words and their sound: one record of the pipe."""
    return frame(TEXT, text.encode()) + frame(AUDIO, pcm)


def words_of(line: str) -> str:
    return line.split(MARK, 2)[2] if line.startswith(MARK) and line.count(MARK) > 1 else line


class Pipes:
    """Reads and writes pipes. Raises ApplicationError of the service's types."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def lines(self, url: str) -> Iterator[str]:
        """Lines of the `said` pipe, as they come."""
        with self._client.stream("GET", url, timeout=httpx.Timeout(10, read=None)) as response:
            _expect(response)
            for line in response.iter_lines():
                if line.strip():
                    yield words_of(line)

    def claim(self, url: str, writer: int) -> int:
        """Makes this attempt the only one who writes. Returns how many records are there already."""
        response = self._client.post(url, headers={"Pipe-Writer": str(writer)})
        _expect(response)
        return int(response.headers.get("Pipe-Offset", 0))

    def write(self, url: str, records: Iterable[bytes], *, at: int, writer: int) -> None:
        """Writes records as they come, after those that are there, and ends the pipe."""
        headers = {"Pipe-Offset": str(at), "Pipe-Writer": str(writer)}
        _expect(self._client.put(url, content=records, headers=headers, timeout=httpx.Timeout(10, read=60, write=None)))


def _expect(response: httpx.Response) -> None:
    if response.is_success:
        return
    if response.status_code in (403, 404, 410):
        raise ApplicationError("The turn has ended: its caller is gone.", type="line-gone", non_retryable=True)
    if response.status_code == 409:
        raise ApplicationError("Another attempt writes to this pipe.", type="conflict", non_retryable=True)
    raise ApplicationError(f"The media hub answered {response.status_code} for a pipe.", type="dependency-unavailable")
