package io.errata.state.plan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** Files in memory: a disk that is asked to keep them would be most of a target's time. */
final class MemoryPlanStorage implements PlanStorage {
  private final NavigableMap<String, byte[]> files = new TreeMap<>();

  private byte[] file(String path) {
    return Objects.requireNonNull(files.get(path), path);
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public boolean exists(String path) {
    return files.containsKey(path);
  }

  @Override
  public InputStream read(String path) {
    return new ByteArrayInputStream(file(path));
  }

  @Override
  public OutputStream write(String path) {
    return new ByteArrayOutputStream() {
      @Override
      public void close() {
        files.put(path, toByteArray());
      }
    };
  }

  @Override
  public InputFile input(String path) {
    byte[] bytes = file(path);
    return new InputFile() {
      @Override
      public long getLength() {
        return bytes.length;
      }

      @Override
      public SeekableInputStream newStream() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new DelegatingSeekableInputStream(new BufferStream(buffer)) {
          @Override
          public long getPos() {
            return buffer.position();
          }

          @Override
          public void seek(long position) throws IOException {
            if (position < 0 || position > bytes.length) {
              throw new EOFException();
            }
            buffer.position((int) position);
          }
        };
      }
    };
  }

  private static final class BufferStream extends InputStream {
    private final ByteBuffer buffer;

    BufferStream(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      int count = Math.min(length, buffer.remaining());
      buffer.get(target, offset, count);
      return count == 0 ? -1 : count;
    }
  }

  @Override
  public OutputFile output(String path) {
    return new OutputFile() {
      @Override
      public PositionOutputStream create(long blockSize) {
        return createOrOverwrite(blockSize);
      }

      @Override
      public PositionOutputStream createOrOverwrite(long blockSize) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        return new PositionOutputStream() {
          @Override
          public long getPos() {
            return bytes.size();
          }

          @Override
          public void write(int b) {
            bytes.write(b);
          }

          @Override
          public void write(byte[] source, int offset, int length) {
            bytes.write(source, offset, length);
          }

          @Override
          public void close() {
            files.put(path, bytes.toByteArray());
          }
        };
      }

      @Override
      public boolean supportsBlockSize() {
        return false;
      }

      @Override
      public long defaultBlockSize() {
        return 0;
      }
    };
  }

  @Override
  public List<String> list(String folder) {
    return files.keySet().stream().filter(path -> path.startsWith(folder + "/")).toList();
  }

  @Override
  public List<String> folders(String folder) {
    return List.of();
  }

  @Override
  public long size(String path) {
    return file(path).length;
  }

  @Override
  public void move(String from, String to) {
    files.put(to, Objects.requireNonNull(files.remove(from)));
  }

  @Override
  public void delete(String path) {
    files.keySet().removeIf(file -> file.equals(path) || file.startsWith(path + "/"));
  }
}
