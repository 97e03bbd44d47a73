package io.errata.state.plan;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file of a plan, as Parquet's reader has it. That reader throws the same exceptions for a store
 * that fails and for bytes that are no Parquet file; here the store's own are marked.
 */
record StoredFile(InputFile file) implements InputFile {
  /** The store couldn't give what the file has. */
  static final class StoreFailure extends IOException {
    private static final long serialVersionUID = 1;

    StoreFailure(IOException cause) {
      super(cause);
    }
  }

  /** Something that is asked of the store. */
  @FunctionalInterface
  private interface Asked<T> {
    T ask() throws IOException;
  }

  private static <T> T of(Asked<T> asked) throws IOException {
    try {
      return asked.ask();
    } catch (EOFException e) {
      throw e; // the file is shorter than its own footer says
    } catch (IOException e) {
      throw new StoreFailure(e);
    }
  }

  @Override
  public long getLength() throws IOException {
    return of(file::getLength);
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return new Stream(of(file::newStream), getLength());
  }

  private static final class Stream extends SeekableInputStream {
    private final SeekableInputStream in;

    private final long length;

    Stream(SeekableInputStream in, long length) {
      this.in = in;
      this.length = length;
    }

    @Override
    public long getPos() throws IOException {
      return of(in::getPos);
    }

    @Override
    public void seek(long position) throws IOException {
      if (position < 0 || position > length) {
        throw new EOFException();
      }
      of(
          () -> {
            in.seek(position);
            return position;
          });
    }

    @Override
    public int read() throws IOException {
      return of(in::read);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return of(() -> in.read(target, offset, length));
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return of(() -> in.read(target));
    }

    @Override
    public void readFully(byte[] target) throws IOException {
      readFully(target, 0, target.length);
    }

    @Override
    public void readFully(byte[] target, int offset, int length) throws IOException {
      of(
          () -> {
            in.readFully(target, offset, length);
            return length;
          });
    }

    @Override
    public void readFully(ByteBuffer target) throws IOException {
      of(
          () -> {
            in.readFully(target);
            return target;
          });
    }

    @Override
    public void close() throws IOException {
      of(
          () -> {
            in.close();
            return in;
          });
    }
  }
}
