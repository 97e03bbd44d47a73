package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.Window;
import io.errata.connectors.archive.ArchiveOptions.Format;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.connectors.event.SourceRecord;
import io.errata.connectors.event.SplitReceipt;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.store.Generation;
import io.errata.fuzz.Declared;
import io.errata.fuzz.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file of an archive, with whatever bytes, read as the events of all time. */
final class FuzzedFile {
  static final EventSchema SCHEMA =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MICROS,
          null,
          List.of(new EventField("seq", ColumnType.LONG)),
          List.of(
              new EventField("note", ColumnType.TEXT),
              new EventField("amount", ColumnType.DECIMAL),
              new EventField("user.name", ColumnType.TEXT)));
  private static final Window ALL =
      new Window(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));

  private final Format format;
  private final Path file;

  FuzzedFile(Format format, String name) {
    this.format = format;
    this.file = Scratch.folder().resolve(name);
  }

  Path path() {
    return file;
  }

  /** All that a file gives; empty where it was refused by an error that names it. */
  Optional<Content> read(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    ArchiveWindow window;
    try {
      window =
          (ArchiveWindow)
              new ArchiveWindowSource(ArchiveOptions.of(file.getParent().toString(), "", format))
                  .resolve(ALL, SCHEMA, Optional.empty());
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SOURCE);
      if (!e.getMessage().contains(file.getFileName().toString())) {
        throw new AssertionError("An error that doesn't name the file", e);
      }
      return Optional.empty();
    }
    Content content = read(window.format(), window.request(), window.splits());
    List<Gap> gaps = window.confirm(content.receipts());
    return Optional.of(new Content(content.events(), content.receipts(), gaps));
  }

  /** The same file, which {@link #read} left, by another cut into splits. */
  Content readBy(ArchiveFormat cut) throws IOException {
    ReadRequest request = new ReadRequest(ALL, SCHEMA, null, file.getParent().toString());
    org.apache.flink.core.fs.Path path =
        new org.apache.flink.core.fs.Path(file.toAbsolutePath().toString());
    org.apache.flink.core.fs.FileStatus status = path.getFileSystem().getFileStatus(path);
    FileSummary summary =
        cut.summarize(
            new ArchiveFile(status.getPath().toString(), status.getLen(), Generation.of(status)),
            request);
    return read(cut, request, summary.splits());
  }

  private static Content read(ArchiveFormat format, ReadRequest request, List<ReadSplit> splits)
      throws IOException {
    List<EventRecord> events = new ArrayList<>();
    List<SplitReceipt> receipts = new ArrayList<>();
    for (ReadSplit split : splits) {
      try (ArchiveCursor cursor = new ArchiveCursor(format, request, split)) {
        for (SourceRecord next = cursor.next(); next != null; next = cursor.next()) {
          if (next instanceof EventRecord event) {
            events.add(event);
          } else if (next instanceof SplitReceipt receipt) {
            receipts.add(receipt);
          }
        }
      }
    }
    return new Content(events, receipts, List.of());
  }

  /**
   * What a file gave.
   *
   * @param gaps what of it was missing
   */
  record Content(List<EventRecord> events, List<SplitReceipt> receipts, List<Gap> gaps) {
    long read() {
      return receipts.stream().mapToLong(SplitReceipt::read).sum();
    }

    boolean isWhole() {
      return gaps.isEmpty() && receipts.stream().allMatch(receipt -> receipt.gap() == null);
    }

    /**
     * Sees that every gap says in words what is wrong with the file.
     *
     * @throws AssertionError where one says that memory was short, or has only the name of an
     *     exception
     */
    void requireClearGaps() {
      for (Gap gap : gaps) {
        if (gap.reason().contains("memory") || gap.reason().matches(".*(Exception|Error)\\)?")) {
          throw new AssertionError("A gap that isn't clear: " + gap.reason());
        }
      }
    }

    /** The events as text, for comparison. */
    List<String> lines() {
      return events.stream().map(Content::line).toList();
    }

    private static String line(EventRecord event) {
      return event.position().offset()
          + " "
          + event.knownId().orElse("?")
          + " "
          + event.knownTime().map(Instant::toString).orElse("?")
          + " "
          + event.sequence(0)
          + " "
          + event.payload(0)
          + " "
          + event.payload(1)
          + " "
          + event.payload(2)
          + " "
          + event.rejection().orElse("");
    }
  }
}
