"""Small files and listings by Spark's own file systems: folders and S3 are read alike."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession


class Files:
    """Files as Hadoop sees them, so that no other client and no other permission is needed."""

    def __init__(self, spark: SparkSession) -> None:
        self._jvm: Any = spark._jvm
        self._configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def exists(self, path: str) -> bool:
        """Return whether there is such a file or folder."""
        place, system = self._at(path)
        return bool(system.exists(place))

    def below(self, folder: str) -> list[str]:
        """Return the paths of all files below a folder, sorted, without hidden ones (_ or .)."""
        place, system = self._at(folder)
        if not system.exists(place):
            return []
        found, entries = [], system.listFiles(place, True)
        while entries.hasNext():
            path = str(entries.next().getPath().toString())
            parts = path[len(str(system.makeQualified(place).toString())) :].split("/")
            if not any(part.startswith(("_", ".")) for part in parts):
                found.append(path)
        return sorted(found)

    def names(self, folder: str) -> list[str]:
        """Return the names of what lies directly in a folder, sorted."""
        place, system = self._at(folder)
        if not system.exists(place):
            return []
        names = [str(entry.getPath().getName()) for entry in system.listStatus(place)]
        return sorted(name for name in names if not name.startswith("."))

    def read(self, path: str) -> str:
        """Return the text of a file."""
        place, system = self._at(path)
        stream = system.open(place)
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def first_line(self, path: str) -> str:
        """Return the first line of a text, which may be packed (.gz), without its line end."""
        place, system = self._at(path)
        codec = self._jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(
            self._configuration
        ).getCodec(place)
        stream = system.open(place)
        io = self._jvm.java.io
        reader = io.BufferedReader(
            io.InputStreamReader(codec.createInputStream(stream) if codec else stream, "UTF-8")
        )
        try:
            return (reader.readLine() or "").lstrip("\ufeff")
        finally:
            reader.close()

    def write(self, path: str, text: str) -> None:
        """Write a small file in one piece, in place of what was there."""
        place, system = self._at(path)
        stream = system.create(place, True)
        try:
            stream.write(bytearray(text, "utf-8"))
        finally:
            stream.close()

    def _at(self, path: str) -> tuple[Any, Any]:
        place = self._jvm.org.apache.hadoop.fs.Path(path)
        return place, place.getFileSystem(self._configuration)
