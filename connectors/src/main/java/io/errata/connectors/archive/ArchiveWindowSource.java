package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.Gap;
import io.errata.connectors.InputPart;
import io.errata.connectors.Window;
import io.errata.connectors.WindowSource;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.SchemaCheck;
import io.errata.connectors.format.SchemaFile;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.SplitWindow;
import io.errata.connectors.store.StoreFault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events from files in folders by date and hour, on any of Flink's file systems. */
public final class ArchiveWindowSource implements WindowSource {
  /** Files that can be cut at any place are cut into pieces of this size. */
  private static final long SPLIT_BYTES = 64L << 20;

  /**
   * How many files of a format without a schema are looked at for a field before it is taken for a
   * misspelt one.
   */
  private static final int MAX_SAMPLED = 16;

  private final ArchiveOptions options;
  private final ArchiveFormat asWritten;
  private @Nullable Fixed fixed;

  /** The format, with the schema that events are read by. */
  private record Fixed(ArchiveFormat format, List<InputPart> schemas) {}

  public ArchiveWindowSource(ArchiveOptions options) {
    this.options = options;
    this.asWritten =
        switch (options.format()) {
          case PARQUET -> new ParquetFormat();
          case AVRO -> new AvroFormat(SPLIT_BYTES);
          case CSV -> new CsvFormat(options.delimiter());
          case JSONL -> new JsonLinesFormat(SPLIT_BYTES);
        };
  }

  /** Read once, so that a field's type is settled by what it is read by. */
  private synchronized Fixed fixed() {
    Fixed known = fixed;
    if (known == null) {
      known = options.schema() == null ? new Fixed(asWritten, List.of()) : read(options.schema());
      fixed = known;
    }
    return known;
  }

  private Fixed read(String file) {
    try {
      FixedSchema schema = new FixedSchema("file " + file, SchemaFile.read(file));
      return new Fixed(asWritten.with(schema), List.of(schema.part()));
    } catch (ContentException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SOURCE,
          "Cannot read by the schema file " + file + ": " + e.getMessage(),
          "Name another one in events.archive.schema.file.",
          e);
    }
  }

  @Override
  public String name() {
    return "archive " + options.path();
  }

  @Override
  public Map<String, ColumnType> naturalTypes(List<String> fields) {
    Sample sample =
        sample(ArchiveListing.inTurn(options), fields)
            .orElseThrow(
                () ->
                    new ErrataException(
                        ErrorCode.INVALID_SOURCE,
                        "Cannot find the types of fields: no file of "
                            + options.path()
                            + " can be read as "
                            + options.format(),
                        "Check events.archive.path and events.archive.format."));
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String field : fields) {
      @Nullable ColumnType type = SchemaCheck.find(sample.file(), sample.columns(), field).type();
      types.put(field, type == null ? ColumnType.TEXT : type);
    }
    return types;
  }

  /** The fields that a file has, or that several have of whose rows only a part is looked at. */
  private record Sample(String file, SourceColumns columns) {}

  /**
   * The first file that can be read; where rows need not have all fields, more until all are found.
   */
  private Optional<Sample> sample(Iterator<ArchiveFile> files, List<String> fields) {
    ArchiveFormat format = fixed().format();
    @Nullable Sample sample = null;
    int sampled = 0;
    while (files.hasNext()) {
      ArchiveFile file = files.next();
      @Nullable SourceColumns columns = attempt(() -> format.columns(file)).value();
      if (columns != null) {
        sample =
            sample == null
                ? new Sample(file.path(), columns)
                : new Sample(sample.file(), sample.columns().and(columns));
        boolean complete = fields.stream().allMatch(sample.columns()::has);
        if (!format.isSampled() || complete || ++sampled == MAX_SAMPLED) {
          break;
        }
      }
    }
    return Optional.ofNullable(sample);
  }

  @Override
  public SplitWindow resolve(Window window, EventSchema schema, Optional<Condition> condition) {
    ReadRequest request = new ReadRequest(window, schema, condition.orElse(null), options.path());
    ArchiveFormat format = fixed().format();
    ArchiveListing listing = ArchiveListing.of(options, window);
    if (format.isSampled()) {
      sample(listing.files().iterator(), request.plan().paths())
          .filter(sample -> !sample.columns().paths().isEmpty())
          .ifPresent(sample -> SchemaCheck.check(sample.file(), sample.columns(), schema));
    }
    List<Outcome<FileSummary>> summaries =
        Parallel.map(listing.files(), file -> attempt(() -> summarize(format, file, request)));
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
    inputs.addAll(fixed().schemas());
    return new ArchiveWindow(format, request, inputs, gaps, splits, estimated);
  }

  /** How far an event's folder may be from the event's time. */
  public Duration slack() {
    return options.slack();
  }

  /**
   * Up to where the archive surely holds a window.
   *
   * @param gaps that {@link #resolve} has found in it
   * @throws ErrataException as {@link #resolve}
   */
  public ArchiveReach reach(Window window, List<Gap> gaps) {
    return ArchiveReach.find(options, window, gaps);
  }

  private static FileSummary summarize(ArchiveFormat format, ArchiveFile file, ReadRequest request)
      throws IOException {
    if (!format.isSampled()) {
      SchemaCheck.check(file.path(), format.columns(file), request.schema());
    }
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
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof StoreException failure) {
          if (StoreFault.of(failure) == StoreFault.REPLACED) {
            return new Outcome<>(null, ArchiveCursor.REPLACED);
          }
          throw ArchiveCursor.unavailable(failure);
        }
        if (cause instanceof FileNotFoundException) {
          return new Outcome<>(null, "deleted after it was listed");
        }
      }
      return new Outcome<>(null, "unreadable: " + ArchiveCursor.reason(e));
    }
  }
}
