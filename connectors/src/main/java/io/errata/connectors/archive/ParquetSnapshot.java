package io.errata.connectors.archive;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.format.SchemaCheck;
import io.errata.connectors.format.SourceColumn;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.read.Conversion;
import io.errata.connectors.read.ReadPace;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.Generation;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.Path;
import org.apache.parquet.ParquetRuntimeException;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table at one moment, kept in one or more Parquet files: what running rows start
 * from. Unlike an archive's events, a row that can't be read ends the job: there is no row to start
 * from then.
 */
public final class ParquetSnapshot {
  private ParquetSnapshot() {}

  /**
   * A row group of a file.
   *
   * @param file its path
   * @param group from 0
   * @param firstRow the place of its first row in the file
   * @param rows how many it has
   * @param size of the file in bytes
   * @param generation what tells the file's content from another that is written in its place
   */
  public record Part(String file, int group, long firstRow, long rows, long size, String generation)
      implements Serializable {}

  /**
   * Lists the row groups of a file, or of all files below a folder, in the order of their names.
   *
   * @param columns the columns that are wanted
   * @throws ErrataException INVALID_SOURCE where there is no such path, a file is not Parquet, or a
   *     column is missing or has a type that can't become the wanted one; UNAVAILABLE where the
   *     store fails
   */
  public static List<Part> parts(String path, RowSchema columns) {
    ArchiveListing listing =
        ArchiveListing.all(ArchiveOptions.of(path, "", ArchiveOptions.Format.PARQUET));
    if (!listing.gaps().isEmpty()) {
      throw invalid(listing.gaps().get(0).input(), listing.gaps().get(0).reason(), null);
    }
    List<Part> parts = new ArrayList<>();
    for (ArchiveFile file : listing.files()) {
      try (ParquetFileReader reader =
          ParquetFormat.reader(file.path(), file.size(), ReadPace.unlimited())) {
        ParquetSchema schema = new ParquetSchema(reader.getFileMetaData().getSchema());
        columns.columns().forEach(c -> check(file.path(), schema, c.name(), c.type()));
        ParquetFormat.check(reader.getFooter(), columns.names(), file.size());
        List<BlockMetaData> groups = reader.getFooter().getBlocks();
        long first = 0;
        for (int i = 0; i < groups.size(); i++) {
          long rows = groups.get(i).getRowCount();
          parts.add(new Part(file.path(), i, first, rows, file.size(), file.generation()));
          first += rows;
        }
      } catch (StoreException e) {
        throw ArchiveCursor.unavailable(e);
      } catch (IOException e) {
        throw invalid(file.path(), String.valueOf(e.getMessage()), e);
      }
    }
    return parts;
  }

  private static void check(String file, SourceColumns schema, String name, ColumnType wanted) {
    SourceColumn found = SchemaCheck.find(file, schema, name);
    if (found.type() != null && !Conversion.isPossible(found.type(), wanted)) {
      throw invalid(file, "column " + name + " is " + found.type() + ", not " + wanted, null);
    }
  }

  /**
   * Reads the rows of a part.
   *
   * @param columns as for {@link #parts}
   * @throws ErrataException INVALID_SOURCE where the file was replaced or a row can't be read,
   *     UNAVAILABLE where the store fails
   */
  public static void read(Part part, RowSchema columns, Consumer<Row> out) {
    List<String> names = columns.names();
    @Nullable Object[] values = new Object[names.size()];
    long read = 0;
    try {
      requireUnchanged(part);
      ReadSplit split =
          new ReadSplit(
              part.file() + "#" + part.group(),
              part.file(),
              part.group(),
              1,
              part.firstRow(),
              part.rows(),
              part.size(),
              part.generation(),
              false);
      try (ParquetDecoder decoder =
          new ParquetDecoder(
              ParquetFormat.reader(part.file(), part.size(), ReadPace.unlimited()),
              split,
              names,
              0)) {
        while (decoder.next()) {
          decoder.values(values);
          for (int i = 0; i < values.length; i++) {
            values[i] = Conversion.convert(values[i], columns.columns().get(i).type());
            if (values[i] instanceof Unreadable unreadable) {
              throw invalid(
                  part.file(),
                  "row "
                      + decoder.offset()
                      + ", column "
                      + names.get(i)
                      + ": "
                      + unreadable.reason(),
                  null);
            }
          }
          out.accept(Row.of(columns, values));
          read++;
        }
      }
    } catch (StoreException e) {
      throw ArchiveCursor.unavailable(e);
    } catch (IOException e) {
      throw invalid(part.file(), String.valueOf(e.getMessage()), e);
    } catch (UncheckedIOException | ParquetRuntimeException e) {
      throw invalid(part.file(), ArchiveCursor.reason(e), e);
    }
    if (read != part.rows()) {
      throw invalid(
          part.file(), read + " rows were read (" + part.rows() + " were expected)", null);
    }
  }

  private static void requireUnchanged(Part part) throws IOException {
    Path path = new Path(part.file());
    FileStatus now = FileStores.of(path).getFileStatus(path);
    if (now.getLen() != part.size() || !Generation.of(now).equals(part.generation())) {
      throw invalid(part.file(), "it was replaced while it was read", null);
    }
  }

  private static ErrataException invalid(String file, String reason, @Nullable Throwable cause) {
    return new ErrataException(
        ErrorCode.INVALID_SOURCE,
        "Cannot read the base " + file + ": " + reason,
        "Write the snapshot again with the key columns and the compared columns of the table.",
        cause);
  }
}
