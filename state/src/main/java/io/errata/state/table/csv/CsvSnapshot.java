package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.KeyRange;
import io.errata.state.table.Snapshot;
import io.errata.state.table.SnapshotSplit;
import io.errata.state.table.TableDescription;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The bytes of a table's file at one moment. Nothing is copied: each part has a digest, by which
 * its reader finds out whether it still reads what was there.
 *
 * @param id the file's digest, size and time
 * @param splits in the order of the file
 * @param estimatedRows how many there are
 */
record CsvSnapshot(String id, List<SnapshotSplit> splits, long estimatedRows) implements Snapshot {
  private static final int SHOWN_COPIES = 3;

  CsvSnapshot {
    splits = List.copyOf(splits);
  }

  /** The same moment, of which only the rows in a range are in scope. */
  CsvSnapshot within(KeyRange range, TableDescription table) {
    CsvPart.Range wanted = CsvPart.Range.of(range, table);
    return new CsvSnapshot(
        id,
        splits.stream()
            .map(
                split ->
                    new SnapshotSplit(
                        split.id(),
                        split.snapshot(),
                        CsvPart.parse(split.part()).within(wanted).toString()))
            .toList(),
        estimatedRows);
  }

  /** Nothing is held. */
  @Override
  public void close() {}

  /**
   * Reads the file once, and sees that each line is a row, and that each key stands in one.
   *
   * @param parts about how many splits to make
   * @throws ErrataException INVALID_TABLE where a line is no row, or two have one key; UNAVAILABLE
   *     where the file changes meanwhile
   */
  static CsvSnapshot open(CsvFile file, int parts) {
    Path real = file.real();
    try {
      FileState state = FileState.of(real);
      Scan scan = new Scan(file, Math.max(1, state.size() / Math.max(1, parts)));
      try (InputStream in = new BufferedInputStream(Files.newInputStream(real));
          CsvFile.Reading reading = file.read(in)) {
        scan.run(reading);
      }
      if (!FileState.of(real).equals(state)) {
        throw CsvErrors.changed(file.name(), "the snapshot was opened");
      }
      refuseCopies(file, real, scan);
      String id =
          "sha256 "
              + Digest.of(scan.whole).hex()
              + ", "
              + state.size()
              + " bytes, modified "
              + state.modified();
      return new CsvSnapshot(id, scan.splits, scan.rows);
    } catch (IOException e) {
      throw CsvErrors.failed("Cannot read " + file.path(), e);
    }
  }

  /** One pass over the file. */
  private static final class Scan {
    private final CsvFile file;
    private final long splitBytes;
    private final MessageDigest whole = Digest.sha256();
    private final MessageDigest part = Digest.sha256();
    private final List<SnapshotSplit> splits = new ArrayList<>();

    /** The beginnings of the keys' digests: eight bytes for each row, and all of them at once. */
    private long[] keys = new long[1024];

    private int rows;
    private long from;
    private long to;
    private long row;
    private long line;

    Scan(CsvFile file, long splitBytes) {
      this.file = file;
      this.splitBytes = splitBytes;
    }

    void run(CsvFile.Reading reading) throws IOException {
      CsvRecords records = reading.records();
      CsvLayout layout = reading.header().layout();
      String header = Digest.of(reading.header().bytes()).hex();
      whole.update(reading.mark());
      whole.update(reading.header().bytes());
      from = records.offset() + records.length();
      to = from;
      while (records.next()) {
        Row key = layout.key(layout.texts(records), records.line());
        if (rows == keys.length) {
          keys = Arrays.copyOf(keys, 2 * rows);
        }
        keys[rows++] = shortened(layout.place(key));
        if (to == from) {
          line = records.line() - lineEnds(records.separator());
        }
        take(records.separator());
        take(records.content());
        if (to - from >= splitBytes) {
          end(header);
        }
      }
      if (to > from || splits.isEmpty()) {
        end(header);
      }
      whole.update(records.rest());
    }

    private void take(byte[] bytes) {
      whole.update(bytes);
      part.update(bytes);
      to += bytes.length;
    }

    private void end(String header) {
      CsvPart bytes = new CsvPart(from, to, row, line, Digest.of(part).hex(), Optional.empty());
      splits.add(new SnapshotSplit(file.name() + "/" + splits.size(), header, bytes.toString()));
      from = to;
      row = rows;
    }
  }

  private static int lineEnds(byte[] separator) {
    int ends = 0;
    for (int i = 0; i < separator.length; i++) {
      boolean firstOfTwo =
          separator[i] == '\r' && i + 1 < separator.length && separator[i + 1] == '\n';
      ends += firstOfTwo ? 0 : 1;
    }
    return ends;
  }

  private static long shortened(String place) {
    return ByteBuffer.wrap(Digest.ofText(place).toArray()).getLong();
  }

  private static void refuseCopies(CsvFile file, Path real, Scan scan) throws IOException {
    long[] sorted = Arrays.copyOf(scan.keys, scan.rows);
    Arrays.sort(sorted);
    Set<Long> suspects = new HashSet<>();
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i] == sorted[i - 1]) {
        suspects.add(sorted[i]);
      }
    }
    if (suspects.isEmpty()) {
      return;
    }
    Map<String, Long> firstLines = new HashMap<>();
    List<String> copies = new ArrayList<>();
    long found = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(real));
        CsvFile.Reading reading = file.read(in)) {
      CsvRecords records = reading.records();
      CsvLayout layout = reading.header().layout();
      while (records.next()) {
        Row key = layout.key(layout.texts(records), records.line());
        String place = layout.place(key);
        if (!suspects.contains(shortened(place))) {
          continue;
        }
        Long first = firstLines.putIfAbsent(place, records.line());
        if (first != null) {
          found++;
          if (copies.size() < SHOWN_COPIES) {
            copies.add(layout.text(key) + " in lines " + first + " and " + records.line());
          }
        }
      }
    }
    if (found > 0) {
      throw CsvErrors.invalid(
          "Cannot use the key of "
              + file.name()
              + ": two rows have one, "
              + String.join("; ", copies)
              + (found > copies.size() ? "; and " + (found - copies.size()) + " more" : ""),
          "Take the copies out of the file, or name in table.key all columns that tell rows apart.");
    }
  }
}
