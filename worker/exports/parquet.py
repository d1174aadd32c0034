"""Tables as Parquet, a file a day: for data frames and query engines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from worker.errors import ConfigError
from worker.exports import table
from worker.stream.archive import day_of
from worker.stream.consume import Message

_ROWS = 10_000  # of a row group: some megabytes


def write(stream: str, messages: Iterable[Message], folder: Path) -> int:
    """Write ``events-2026-01-31.parquet`` and so on; how many rows there are.

    A day is that of the entry's id, in UTC; its file is replaced as a whole.

    Raises:
        ConfigError: pyarrow is not installed, or the folder cannot be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigError(
            "Parquet needs pyarrow: install it (pip install 'demarche[parquet]')."
        ) from None
    schema = _schema(stream, pa)
    count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for day, of_day in groupby(messages, key=lambda message: day_of(message.entry)):
            path = folder / f"{stream}-{day}.parquet"
            new = path.with_suffix(".part")
            with pq.ParquetWriter(new, schema, compression="zstd") as writer:
                while rows := [table.row(message) for message in islice(of_day, _ROWS)]:
                    writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                    count += len(rows)
            new.replace(path)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be written: {error}.") from None
    return count


def _schema(stream: str, pa: Any) -> Any:
    types = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
    }  # fmt: skip
    return pa.schema(
        [
            pa.field(column.name, types[column.type], metadata={"meaning": column.meaning})
            for column in table.columns(stream)
        ]
    )
