package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.ResolvedWindow;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadSplit;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events from files in folders by date and hour, on any of Flink's file systems. */
public final class ArchiveWindowSource implements WindowSource {
  private final ArchiveOptions options;
  private final ArchiveFormat format;

  public ArchiveWindowSource(ArchiveOptions options) {
    this.options = options;
    this.format =
        switch (options.format()) {
          case PARQUET -> new ParquetFormat();
          case AVRO -> new AvroFormat();
          case CSV -> new CsvFormat(options.delimiter());
          case JSONL -> new JsonLinesFormat();
        };
  }

  @Override
  public String name() {
    return "archive " + options.path();
  }

  @Override
  public Map<String, ColumnType> naturalTypes(List<String> fields) {
    for (ArchiveFile file : ArchiveListing.all(options).files()) {
      Outcome<FileColumns> read = attempt(() -> format.columns(file));
      if (read.value() != null) {
        return naturalTypes(file, read.value(), fields);
      }
    }
    throw new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot find the types of fields: no file of "
            + options.path()
            + " can be read as "
            + options.format(),
        "Check events.archive.path and events.archive.format.");
  }

  private static Map<String, ColumnType> naturalTypes(
      ArchiveFile file, FileColumns columns, List<String> fields) {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String field : fields) {
      @Nullable ColumnType type = SchemaCheck.find(file.path(), columns, field).type();
      types.put(field, type == null ? ColumnType.TEXT : type);
    }
    return types;
  }

  @Override
  public ResolvedWindow resolve(Window window, EventSchema schema, Optional<Condition> condition) {
    ReadRequest request = new ReadRequest(window, schema, condition.orElse(null));
    ArchiveListing listing = ArchiveListing.of(options, window);
    List<Outcome<FileSummary>> summaries =
        Parallel.map(listing.files(), file -> attempt(() -> summarize(file, request)));
    List<InputPart> inputs = new ArrayList<>();
    List<Gap> gaps = new ArrayList<>(listing.gaps());
    List<ReadSplit> splits = new ArrayList<>();
    long estimated = 0;
    for (int i = 0; i < summaries.size(); i++) {
      ArchiveFile file = listing.files().get(i);
      Outcome<FileSummary> outcome = summaries.get(i);
      if (outcome.value() == null) {
        gaps.add(new Gap(file.path(), String.valueOf(outcome.problem())));
        inputs.add(file.part(-1));
      } else {
        inputs.add(file.part(outcome.value().rows()));
        splits.addAll(outcome.value().splits());
        estimated += outcome.value().estimatedRows();
      }
    }
    return new ArchiveWindow(format, request, inputs, gaps, splits, estimated);
  }

  private FileSummary summarize(ArchiveFile file, ReadRequest request) throws IOException {
    SchemaCheck.check(file.path(), format.columns(file), request.schema());
    return format.summarize(file, request);
  }

  /** Either a value, or why the file can't be read. */
  private record Outcome<T>(@Nullable T value, @Nullable String problem) {}

  private interface Attempt<T> {
    T run() throws IOException;
  }

  /**
   * What a file says ends in a problem; only a failing file system, or a file that says another
   * schema, in an error.
   */
  private static <T> Outcome<T> attempt(Attempt<T> attempt) {
    try {
      return new Outcome<>(attempt.run(), null);
    } catch (ErrataException e) {
      throw e;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof StoreException failure) {
          throw ArchiveCursor.unavailable(failure);
        }
        if (cause instanceof FileNotFoundException) {
          return new Outcome<>(null, "deleted after it was listed");
        }
      }
      @Nullable String known = e instanceof ContentException ? e.getMessage() : null;
      return new Outcome<>(
          null, "unreadable: " + (known == null ? e.getClass().getSimpleName() : known));
    }
  }
}
