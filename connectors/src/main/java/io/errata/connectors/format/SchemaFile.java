package io.errata.connectors.format;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.StoreFault;
import io.errata.connectors.store.ToldFailure;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** The text of a schema in a file on one of Flink's file systems. */
public final class SchemaFile {
  /** As many as the header of an Avro file may have. */
  private static final int MAX_BYTES = 16 << 20;

  private SchemaFile() {}

  /**
   * A file itself, or the files of a folder that end in {@code .avsc}, by name.
   *
   * @throws ErrataException INVALID_SPEC where there is no such file or folder; UNAVAILABLE where
   *     the file system fails
   */
  public static List<String> list(String name) {
    try {
      Path path = new Path(name);
      FileSystem files = FileStores.of(path);
      if (!files.getFileStatus(path).isDir()) {
        return List.of(name);
      }
      return Arrays.stream(files.listStatus(path))
          .map(status -> status.getPath().toString())
          .filter(file -> file.endsWith(".avsc"))
          .sorted()
          .toList();
    } catch (FileNotFoundException e) {
      throw absent(name, e);
    } catch (IOException e) {
      throw unavailable(name, e);
    }
  }

  /**
   * Reads all of it.
   *
   * @throws ContentException where it is no text, or too long for a schema
   * @throws ErrataException INVALID_SPEC where there is no such file; UNAVAILABLE where the file
   *     system fails
   */
  public static String read(String name) throws ContentException {
    byte[] bytes;
    try {
      Path path = new Path(name);
      FileStatus status = FileStores.of(path).getFileStatus(path);
      if (status.isDir()) {
        throw new ContentException("it is a folder");
      }
      if (status.getLen() > MAX_BYTES) {
        throw new ContentException("it has more than " + (MAX_BYTES >> 20) + " MiB");
      }
      try (FSDataInputStream in = FileStores.of(path).open(path)) {
        bytes = in.readAllBytes();
      }
    } catch (ContentException e) {
      throw e;
    } catch (FileNotFoundException e) {
      throw absent(name, e);
    } catch (IOException e) {
      throw unavailable(name, e);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ContentException("it is not UTF-8", e);
    }
  }

  private static ErrataException absent(String name, IOException e) {
    return new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot read the schema " + name + ": there is no such file",
        "Check the path; it is relative to the spec's folder.",
        ToldFailure.of(e));
  }

  private static ErrataException unavailable(String name, IOException e) {
    StoreFault fault = StoreFault.of(e);
    return new ErrataException(
        fault.code(),
        "Cannot read the schema " + name + ": " + fault.words(),
        fault.next(),
        ToldFailure.of(e));
  }
}
