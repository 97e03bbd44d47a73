package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.RowReader;
import io.errata.state.table.SnapshotSplit;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a range of a file. At its end it compares the digest of what it has read: a
 * file that was changed since its snapshot is found, whatever its size and time say, before the
 * plan that the rows are for is sealed.
 */
final class CsvRowReader implements RowReader {
  private final CsvFile file;
  private final CsvPart part;
  private final CsvLayout layout;
  private final Predicate<Row> wanted;
  private final Digesting bytes;
  private final CsvRecords records;
  private long ordinal;
  private boolean done;

  private CsvRowReader(
      CsvFile file, CsvPart part, CsvLayout layout, Predicate<Row> wanted, Digesting bytes) {
    this.file = file;
    this.part = part;
    this.layout = layout;
    this.wanted = wanted;
    this.bytes = bytes;
    this.records = new CsvRecords(bytes, file.name(), file.delimiter(), part.line(), part.from());
  }

  /**
   * @param wanted which rows are in scope
   */
  static CsvRowReader open(CsvFile file, SnapshotSplit split, Predicate<Row> wanted) {
    CsvPart part = CsvPart.parse(split.part());
    CsvFile.Header header = file.header();
    if (!Digest.of(header.bytes()).hex().equals(split.snapshot())) {
      throw changed(file);
    }
    Path real = file.real();
    try {
      FileChannel channel = FileChannel.open(real);
      try {
        channel.position(part.from());
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        return new CsvRowReader(
            file, part, header.layout(), wanted, new Digesting(in, part.to() - part.from()));
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw changed(file);
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot read " + file.path(), e);
    }
  }

  private static ErrataException changed(CsvFile file) {
    return CsvErrors.changed(file.name(), "the plan was made");
  }

  @Override
  public Optional<LiveRow> next() {
    if (done) {
      return Optional.empty();
    }
    try {
      while (records.next()) {
        List<@Nullable String> texts = layout.texts(records);
        Row values = layout.values(texts, records.line());
        long place = ordinal++;
        if (wanted.test(values)
            && part.range().map(range -> range.holds(values, layout.table())).orElse(true)) {
          String separator = new String(records.separator(), StandardCharsets.US_ASCII);
          CsvPlace at = new CsvPlace(part.row() + place, separator);
          return Optional.of(new LiveRow(values, new Image(texts, at.toString())));
        }
      }
      requireUnchanged();
      done = true;
      return Optional.empty();
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot read " + file.path(), e);
    } catch (ErrataException e) {
      if (e.code() == ErrorCode.INVALID_TABLE) {
        // A file that changed is no file that is wrong.
        requireUnchanged(e);
      }
      throw e;
    }
  }

  private void requireUnchanged() throws IOException {
    if (!bytes.digest().hex().equals(part.digest())) {
      throw changed(file);
    }
  }

  private void requireUnchanged(ErrataException because) {
    try {
      requireUnchanged();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      records.close();
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot close " + file.path(), e);
    }
  }

  /** Gives a number of bytes at the most, and knows their digest. */
  private static final class Digesting extends FilterInputStream {
    private final MessageDigest digest = Digest.sha256();
    private long left;

    Digesting(InputStream in, long length) {
      super(in);
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = in.read(target, offset, (int) Math.min(length, left));
      if (count > 0) {
        digest.update(target, offset, count);
        left -= count;
      }
      return count;
    }

    /** The digest of all of them, of which what was not asked for is read now. */
    Digest digest() throws IOException {
      byte[] rest = new byte[1 << 13];
      while (read(rest, 0, rest.length) > 0) {
        // What a reader left behind when it could not go on.
      }
      return Digest.of(digest);
    }
  }
}
