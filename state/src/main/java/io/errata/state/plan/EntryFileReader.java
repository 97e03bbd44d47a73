package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.util.Optional;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/** Reads one file of a plan, a row group at a time. */
final class EntryFileReader<T> implements EntryReader<T> {
  private final String path;
  private final EntryFormat<T> format;
  private final MessageType schema;
  private final MessageColumnIO columns;
  private final ParquetFileReader file;
  private @Nullable RecordReader<Group> records;
  private long left;

  private EntryFileReader(
      String path, EntryFormat<T> format, MessageType schema, ParquetFileReader file) {
    this.path = path;
    this.format = format;
    this.schema = schema;
    this.columns = new ColumnIOFactory().getColumnIO(schema);
    this.file = file;
  }

  static <T> EntryFileReader<T> open(PlanStorage storage, String path, EntryFormat<T> format) {
    ParquetFileReader file;
    try {
      file =
          ParquetFileReader.open(
              new StoredFile(storage.input(PlanPath.check(path))),
              ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw failed(path, e);
    }
    MessageType written = file.getFileMetaData().getSchema();
    Optional<MessageType> readable = format.readable(written);
    EntryFileReader<T> reader = new EntryFileReader<>(path, format, readable.orElse(written), file);
    if (readable.isEmpty()) {
      reader.close();
      throw InvalidPlan.of(
          "Cannot read "
              + path
              + " of the plan: its columns are not those that the manifest's table gives it");
    }
    if (!readable.get().equals(written)) {
      file.setRequestedSchema(readable.get());
    }
    return reader;
  }

  @Override
  public Optional<T> next() {
    try {
      while (left == 0) {
        PageReadStore rowGroup = file.readNextRowGroup();
        if (rowGroup == null) {
          return Optional.empty();
        }
        left = rowGroup.getRowCount();
        records = columns.getRecordReader(rowGroup, new GroupRecordConverter(schema));
      }
      left--;
      return Optional.of(format.read(records.read()));
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw failed(path, e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * A file that can be had but not decoded is the plan's fault, also where it asks for more memory
   * than there is; one that can't be had may be there at the next attempt.
   */
  private static ErrataException failed(String path, Throwable cause) {
    for (Throwable e = cause; e != null; e = e.getCause()) {
      if (e instanceof ErrataException known) {
        return known;
      }
      if (e instanceof StoredFile.StoreFailure failure && failure.getCause() != null) {
        return new ErrataException(
            ErrorCode.UNAVAILABLE,
            "Cannot read "
                + path
                + " of the plan: "
                + failure.getCause().getClass().getSimpleName(),
            "Look whether the plan's folder can be read, then try again.",
            cause);
      }
    }
    return InvalidPlan.of(
        "Cannot read " + path + " of the plan: it is not a whole Parquet file", cause);
  }
}
