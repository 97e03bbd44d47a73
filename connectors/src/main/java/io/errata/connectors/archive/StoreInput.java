package io.errata.connectors.archive;

import io.errata.connectors.read.ReadPace;
import io.errata.connectors.store.FileStores;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * A file of the archive, opened. What the file system throws comes out as {@link StoreException}.
 */
final class StoreInput extends InputStream {
  private final String name;
  private final FSDataInputStream in;
  private final ReadPace pace;

  private StoreInput(String name, FSDataInputStream in, ReadPace pace) {
    this.name = name;
    this.in = in;
    this.pace = pace;
  }

  /**
   * @param pace is asked about all bytes that are read
   * @throws FileNotFoundException where it is not there
   */
  static StoreInput open(String name, ReadPace pace) throws IOException {
    try {
      Path path = new Path(name);
      FileSystem files = FileStores.of(path);
      return new StoreInput(name, files.open(path), pace);
    } catch (FileNotFoundException | java.nio.file.NoSuchFileException e) {
      throw notFound(name, e);
    } catch (IOException e) {
      throw new StoreException("Cannot open " + name, e);
    }
  }

  private static FileNotFoundException notFound(String name, IOException cause) {
    FileNotFoundException absent = new FileNotFoundException("Cannot find " + name);
    absent.initCause(cause);
    return absent;
  }

  void seek(long position) throws IOException {
    try {
      in.seek(position);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  long position() throws IOException {
    try {
      return in.getPos();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public int read() throws IOException {
    try {
      int next = in.read();
      pace.bytes(next < 0 ? 0 : 1);
      return next;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      int count = in.read(target, offset, Math.min(length, pace.piece()));
      pace.bytes(count);
      return count;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private IOException failed(IOException e) {
    return e instanceof FileNotFoundException
        ? notFound(name, e)
        : new StoreException("Cannot read " + name, e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
