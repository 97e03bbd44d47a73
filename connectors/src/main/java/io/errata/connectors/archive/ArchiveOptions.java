package io.errata.connectors.archive;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.Serializable;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Where archived events lie, and in which form.
 *
 * @param path a folder (or one file) on any of Flink's file systems, as a URI or a local path
 * @param layout the folders below {@code path} by time, such as {@code date=%Y-%m-%d/hour=%H}, with
 *     {@code %Y %m %d %H %M %%}; empty where all files lie in one folder
 * @param zone the zone whose calendar the folders' names follow
 * @param format what the files hold; text formats may be gzipped, which their name says ({@code
 *     .gz})
 * @param slack how far an event's folder may be from the event's time, either way: folders within
 *     it are read as well
 * @param delimiter what separates the fields of CSV
 * @param schema a file with the schema that events are read by, on any of Flink's file systems: for
 *     Avro the reader's, which each file's own is brought to; for JSON Lines a JSON Schema that
 *     each event has to hold to; null where each file is read as it was written
 */
public record ArchiveOptions(
    String path,
    String layout,
    ZoneId zone,
    Format format,
    Duration slack,
    char delimiter,
    @Nullable String schema)
    implements Serializable {
  /**
   * One hour: pipelines that write by arrival close their folder within minutes, seldom within an
   * hour.
   */
  public static final Duration DEFAULT_SLACK = Duration.ofHours(1);

  /** What a file holds. */
  public enum Format {
    PARQUET,
    AVRO,
    /** With a header row, quoted as in RFC 4180, UTF-8. */
    CSV,
    /** One JSON object in each line, UTF-8. */
    JSONL
  }

  public ArchiveOptions {
    if (path.isBlank()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read an archive: its path is empty",
          "Name the folder in events.archive.path.");
    }
    if (slack.isNegative()) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read an archive with slack: " + slack + " (it is negative)",
          "Give a length of time, such as PT1H, in events.archive.slack.");
    }
    if (delimiter == '"' || delimiter == '\n' || delimiter == '\r' || delimiter > 127) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot separate fields by the character with code " + (int) delimiter,
          "Give an ASCII character other than quote and line end.");
    }
    if (schema != null && format != Format.AVRO && format != Format.JSONL) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot read an archive by a schema: its format is " + format + " (avro or jsonl)",
          "Leave events.archive.schema out.");
    }
    PartitionLayout.parse(layout);
  }

  /** With UTC, {@link #DEFAULT_SLACK} and the comma. */
  public static ArchiveOptions of(String path, String layout, Format format) {
    return new ArchiveOptions(path, layout, ZoneOffset.UTC, format, DEFAULT_SLACK, ',', null);
  }

  public ArchiveOptions withSlack(Duration changed) {
    return new ArchiveOptions(path, layout, zone, format, changed, delimiter, schema);
  }

  public ArchiveOptions withZone(ZoneId changed) {
    return new ArchiveOptions(path, layout, changed, format, slack, delimiter, schema);
  }

  public ArchiveOptions withDelimiter(char changed) {
    return new ArchiveOptions(path, layout, zone, format, slack, changed, schema);
  }

  public ArchiveOptions withSchema(String changed) {
    return new ArchiveOptions(path, layout, zone, format, slack, delimiter, changed);
  }
}
