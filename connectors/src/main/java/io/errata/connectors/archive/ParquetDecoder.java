package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the row groups of a split, column by column: a needed field has at most one value in a row,
 * so that no record needs to be assembled, and the other columns of a row outside the window are
 * skipped.
 */
final class ParquetDecoder implements RowDecoder {
  private final ParquetFileReader reader;
  private final ColumnDescriptor[] descriptors;
  private final ParquetColumn[] columns;
  private final int time;
  private final int lastGroup;

  private int nextGroup;
  private long row;
  private long groupStart;
  private long groupEnd;
  private @Nullable Object timeValue;

  /**
   * @param paths what to decode
   * @param time the place of the event time among them
   */
  ParquetDecoder(ParquetFileReader reader, ReadSplit split, List<String> paths, int time) {
    this.reader = reader;
    ParquetSchema schema = new ParquetSchema(reader.getFileMetaData().getSchema());
    MessageType projection = schema.project(paths);
    reader.setRequestedSchema(projection);
    int size = paths.size();
    descriptors = new ColumnDescriptor[size];
    columns = new ParquetColumn[size];
    for (int i = 0; i < size; i++) {
      descriptors[i] = projection.getColumnDescription(schema.descriptor(paths.get(i)).getPath());
    }
    this.time = time;
    nextGroup = Math.toIntExact(split.offset());
    lastGroup = Math.toIntExact(split.offset() + split.length()) - 1;
    row = split.firstRow() - 1;
    groupEnd = split.firstRow();
  }

  @Override
  public boolean next() throws IOException {
    row++;
    while (row >= groupEnd) {
      if (nextGroup > lastGroup) {
        return false;
      }
      openGroup(nextGroup++);
    }
    timeValue = columns[time].read(row - groupStart);
    return true;
  }

  private void openGroup(int index) throws IOException {
    PageReadStore pages = reader.readRowGroup(index);
    if (pages == null) {
      throw new ContentException("row group " + index + " is not there");
    }
    CheckedPages checked = new CheckedPages(pages);
    String createdBy = reader.getFileMetaData().getCreatedBy();
    for (int i = 0; i < columns.length; i++) {
      PageReader column = checked.getPageReader(descriptors[i]);
      if (column.getTotalValueCount() != pages.getRowCount()) {
        throw new ContentException(
            "column "
                + String.join(".", descriptors[i].getPath())
                + " has not one value in each row");
      }
      columns[i] = new ParquetColumn(descriptors[i], column, createdBy);
    }
    groupStart = groupEnd;
    groupEnd += pages.getRowCount();
  }

  @Override
  public long offset() {
    return row;
  }

  @Override
  public @Nullable String rejection() {
    return null;
  }

  @Override
  public @Nullable Object time() {
    return timeValue;
  }

  @Override
  public void values(@Nullable Object[] target) {
    for (int i = 0; i < columns.length; i++) {
      target[i] = i == time ? timeValue : columns[i].read(row - groupStart);
    }
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
