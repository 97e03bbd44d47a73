package io.errata.connectors.archive;

import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.ReadSplit;
import io.errata.connectors.read.RowDecoder;
import java.io.IOException;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the row groups of a split, column by column: a needed field has at most one value in a row,
 * so that no record needs to be assembled, and the other columns of a row outside the window are
 * skipped.
 */
final class ParquetDecoder implements RowDecoder {
  private final ParquetFileReader reader;
  private final MessageType projection;
  private final ColumnDescriptor[] descriptors;
  private final ParquetConverters.Leaf[] leaves;
  private final ColumnReader[] columns;
  private final GroupConverter converters;
  private final int time;
  private final int lastGroup;

  private int nextGroup;
  private long row;
  private long groupEnd;
  private @Nullable Object timeValue;
  private boolean pending;

  /**
   * @param paths what to decode
   * @param time the place of the event time among them
   */
  ParquetDecoder(ParquetFileReader reader, ReadSplit split, List<String> paths, int time) {
    this.reader = reader;
    ParquetSchema schema = new ParquetSchema(reader.getFileMetaData().getSchema());
    projection = schema.project(paths);
    reader.setRequestedSchema(projection);
    converters = ParquetConverters.of(projection);
    int size = paths.size();
    descriptors = new ColumnDescriptor[size];
    leaves = new ParquetConverters.Leaf[size];
    columns = new ColumnReader[size];
    for (int i = 0; i < size; i++) {
      descriptors[i] = projection.getColumnDescription(schema.descriptor(paths.get(i)).getPath());
      leaves[i] = leaf(descriptors[i].getPath());
    }
    this.time = time;
    nextGroup = Math.toIntExact(split.offset());
    lastGroup = Math.toIntExact(split.offset() + split.length()) - 1;
    row = split.firstRow() - 1;
    groupEnd = split.firstRow();
  }

  private ParquetConverters.Leaf leaf(String[] path) {
    GroupConverter converter = converters;
    org.apache.parquet.schema.GroupType group = projection;
    for (int i = 0; i < path.length - 1; i++) {
      int field = group.getFieldIndex(path[i]);
      converter = converter.getConverter(field).asGroupConverter();
      group = group.getType(field).asGroupType();
    }
    return (ParquetConverters.Leaf)
        converter.getConverter(group.getFieldIndex(path[path.length - 1]));
  }

  @Override
  public boolean next() throws IOException {
    if (pending) {
      for (int i = 0; i < columns.length; i++) {
        if (i != time) {
          skip(i);
        }
      }
      pending = false;
    }
    row++;
    while (row >= groupEnd) {
      if (nextGroup > lastGroup) {
        return false;
      }
      openGroup(nextGroup++);
    }
    timeValue = read(time);
    pending = true;
    return true;
  }

  private void openGroup(int index) throws IOException {
    PageReadStore pages = reader.readRowGroup(index);
    if (pages == null) {
      throw new ContentException("row group " + index + " is not there");
    }
    String createdBy = reader.getFileMetaData().getCreatedBy();
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(new CheckedPages(pages), converters, projection, createdBy);
    for (int i = 0; i < columns.length; i++) {
      columns[i] = store.getColumnReader(descriptors[i]);
      if (columns[i].getTotalValueCount() != pages.getRowCount()) {
        throw new ContentException(
            "column "
                + String.join(".", descriptors[i].getPath())
                + " has not one value in each row");
      }
    }
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
      target[i] = i == time ? timeValue : read(i);
    }
    pending = false;
  }

  private @Nullable Object read(int i) {
    ColumnReader column = columns[i];
    @Nullable Object value = null;
    if (column.getCurrentDefinitionLevel() == descriptors[i].getMaxDefinitionLevel()) {
      column.writeCurrentValueToConverter();
      value = leaves[i].take();
    }
    column.consume();
    return value;
  }

  private void skip(int i) {
    ColumnReader column = columns[i];
    if (column.getCurrentDefinitionLevel() == descriptors[i].getMaxDefinitionLevel()) {
      column.skip();
    }
    column.consume();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
