package io.errata.state.plan;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/** How entries of one kind lie in a Parquet file. */
interface EntryFormat<T> {
  MessageType schema();

  /** Fills an empty record of the schema. */
  void write(T entry, Group record);

  T read(Group record);
}
